//go:build race

package translate_test

// raceDetector is whether the test binary looks for data races, which makes it
// many times slower.
const raceDetector = true
