package policy

import "slices"

// standardFacts are the named times that clocks of the known policies and laws
// hang on. Each is a different moment; none stands in for another.
var standardFacts = []Term{
	{ID: "occurred", Label: "Occurred", Help: "When it happened, as far as that is known."},
	{ID: "detected", Label: "Detected", Help: "When monitoring or a person first noticed something."},
	{ID: "reported", Label: "Reported", Help: "When the report reached the responders."},
	{ID: "suspected", Label: "Suspected", Help: "When there were grounds to suspect a breach (Australia's assessment runs from here)."},
	{ID: "aware", Label: "Aware", Help: "When there was a reasonable degree of certainty that security was breached (GDPR, NIS2, DORA)."},
	{ID: "confirmed", Label: "Confirmed", Help: "When the incident was established as real."},
	{ID: "impact_confirmed", Label: "Impact confirmed", Help: "When it was established that customers are affected."},
	{ID: "discovered", Label: "Discovered", Help: "When it was known, or would have been with reasonable diligence (HIPAA, US states)."},
	{ID: "known", Label: "Known", Help: "When the organisation came to know of it (Brazil, Japan)."},
	{ID: "noticed", Label: "Noticed", Help: "When it was noticed or brought to notice (CERT-In)."},
	{ID: "classified_major", Label: "Classified as major", Help: "When it was classified as a major incident (DORA)."},
	{ID: "determined", Label: "Determined", Help: "When it was determined that an incident of the reportable kind occurred (NYDFS, US banks)."},
	{ID: "determined_material", Label: "Determined material", Help: "When it was determined to be material for investors (SEC)."},
	{ID: "assessed_notifiable", Label: "Assessed as notifiable", Help: "When the assessment found that it must be notified (Singapore)."},
	{ID: "ransom_paid", Label: "Ransom paid", Help: "When an extortion payment was made."},
	{ID: "contained", Label: "Contained", Help: "When it could no longer spread or do more harm."},
	{ID: "eradicated", Label: "Eradicated", Help: "When its cause was removed."},
	{ID: "recovered", Label: "Recovered", Help: "When service was back and checked."},
	{ID: "fix_available", Label: "Fix available", Help: "When the fix was applied or could be had."},
	{ID: "remediated", Label: "Remediated", Help: "When the weakness behind it was closed."},
	{ID: "resolved", Label: "Resolved", Help: "When the response ended and only the review remains."},
}

// StandardFacts returns the named times every pack may use, in the order in
// which they tend to happen. The slice is the caller's own.
func StandardFacts() []Term { return slices.Clone(standardFacts) }
