package wechat

import (
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"
)

const (
	breakerFailures = 5                // failures in a row open the breaker
	breakerTimeout  = 10 * time.Second // then one call finds out whether WeChat is back
)

// breaker is a circuit breaker: while WeChat is down, calls fail at once instead of waiting three seconds each.
type breaker = gobreaker.TwoStepCircuitBreaker[struct{}]

// What a call reports to the breaker.
var (
	errDown   = errors.New("wechat: did not answer as it should")
	errGaveUp = errors.New("wechat: the caller gave up")
)

func newBreaker() *breaker {
	return gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name: "wechat", MaxRequests: 1, Timeout: breakerTimeout,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breakerFailures },
		IsExcluded:  func(err error) bool { return errors.Is(err, errGaveUp) }, // it says nothing about WeChat
	})
}
