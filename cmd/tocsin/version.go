package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"tocsin/store"
)

func (a *app) versionCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "version",
		Short: "Print the versions of the program and of what decides its results",
		Args:  words(0, 0),
		RunE: func(*cobra.Command, []string) error {
			out := a.newPaper()
			view := a.versions()
			if a.json {
				if err := out.printJSON(view); err != nil {
					return err
				}
				return a.handOver(out)
			}
			out.printf("tocsin %s", view.Version)
			out.printf("%s, badger %s, data format %d", view.Go, view.Badger, view.Format)
			out.printf("zone database %s", view.TZData)
			return a.handOver(out)
		},
	})
}

func (a *app) versions() versionView {
	view := versionView{Version: version(), Go: runtime.Version(), TZData: zoneDatabase(a.getenv("ZONEINFO"), zoneFolders), Badger: "unknown", Format: store.DataFormat}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/dgraph-io/badger/v4" {
				view.Badger = module.Version
			}
		}
	}
	return view
}

// version is what the build knows of itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(built from source)"
	}
	return info.Main.Version
}
