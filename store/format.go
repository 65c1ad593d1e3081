package store

// DataFormat is the version of the data directory's layout that this program
// writes, and the highest that it reads.
const DataFormat = dataFormat
