package providers

import (
	"fmt"
	"testing"
)

func TestBatches(t *testing.T) {
	for _, tt := range []struct {
		list []int
		want string
	}{
		{nil, "[]"},
		{[]int{1, 2, 3}, "[[1 2] [3]]"},
		{[]int{3, 1, 1, 1, 1}, "[[3] [1 1 1] [1]]"},
		{[]int{1, 9, 1}, "[[1] [9] [1]]"},
		{[]int{9, 9}, "[[9] [9]]"},
		{[]int{0, 0, 0, 0}, "[[0 0 0] [0]]"},
	} {
		if got := fmt.Sprint(Batches(tt.list, func(n int) int { return n }, 3)); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.list, got, tt.want)
		}
	}
}
