package store

import (
	"fmt"
	"log/slog"
	"strings"
)

// badgerLogger passes on what Badger says, one level quieter than it means it:
// it reports every flush as news.
type badgerLogger struct{ logger *slog.Logger }

func (l badgerLogger) Errorf(format string, args ...any)   { l.logger.Error(said(format, args)) }
func (l badgerLogger) Warningf(format string, args ...any) { l.logger.Warn(said(format, args)) }
func (l badgerLogger) Infof(format string, args ...any)    { l.logger.Debug(said(format, args)) }
func (l badgerLogger) Debugf(format string, args ...any)   { l.logger.Debug(said(format, args)) }

func said(format string, args []any) string {
	return "badger: " + strings.TrimSpace(fmt.Sprintf(format, args...))
}
