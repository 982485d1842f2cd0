package main

import (
	"context"
	"fmt"
	"runtime/debug"
)

// uninterrupted returns what f returns, or an error as soon as the user interrupts. What f does then comes to nothing: it must not write. A panic of f is one of
// the caller's.
func uninterrupted[T any](ctx context.Context, f func() T) (T, error) {
	type result struct {
		value T
		fault any
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if fault := recover(); fault != nil {
				r.fault = fmt.Sprintf("%v\n%s", fault, debug.Stack())
			}
			done <- r
		}()
		r.value = f()
	}()
	select {
	case r := <-done:
		if r.fault != nil {
			panic(r.fault) // for run to report, which does not see other goroutines' panics
		}
		return r.value, nil
	case <-ctx.Done():
		var none T
		return none, badInput("interrupted")
	}
}
