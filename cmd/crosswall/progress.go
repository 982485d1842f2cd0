package main

import "fmt"

// progress tells a person at a terminal what is going on; nobody else.
func (s *streams) progress(format string, args ...any) {
	if s.live {
		fmt.Fprintf(s.err, "\r\x1b[K%s...", fmt.Sprintf(format, args...))
	}
}

// progressDone takes back the last word of progress.
func (s *streams) progressDone() {
	if s.live {
		fmt.Fprint(s.err, "\r\x1b[K")
	}
}
