package app

import (
	"encoding/json"
	"io"

	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/api"
	"pugongying/internal/config"
	"pugongying/internal/web"
)

// WriteOpenAPI describes the public door as OpenAPI 3.1. No engine is opened and no operation called.
func WriteOpenAPI(to io.Writer) error {
	engine, err := web.NewEngine(web.Options{Log: NewLogger(config.Default().Log, io.Discard), Metrics: prometheus.NewRegistry()})
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(to)
	encoder.SetIndent("", "  ")
	return encoder.Encode(api.Describe(engine).OpenAPI())
}
