package app

import (
	"io"
	"log/slog"

	"pugongying/internal/config"
)

// logged is the allow-list of keys that a log line may carry. A key that is not listed is written as ‹…›, so that what a
// person typed, a token or an openid cannot reach the log by oversight.
var logged = map[string]bool{
	slog.TimeKey: true, slog.LevelKey: true, slog.MessageKey: true,
	"request": true, "route": true, "method": true, "status": true, "ms": true, "code": true, "cause": true, "stack": true,
	"engine": true, "address": true, "version": true, "loop": true, "count": true, "overlaps": true, "orphans": true, "unlike": true, "env": true, "settings": true,
	"kind": true, "publication": true, "reason": true, "file": true, "added": true, "replaced": true, "drafted": true,
	"withdrawn": true, "same": true, "questions": true, "explainers": true, "event": true, "op": true,
	"error": true, "err": true, "tries": true,
	"connections": true, "refused": true, "lowest": true,
}

// Logged reports whether a log line may carry a key with its value.
func Logged(key string) bool { return logged[key] }

// NewLogger writes to w in the configured form.
func NewLogger(c config.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo // config.Check has refused it already
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) > 0 || !logged[a.Key] {
			a.Value = slog.StringValue("‹…›")
		}
		return a
	}}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
