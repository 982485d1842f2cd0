package providers

// Batches cuts a list, in its order, into lists that each weigh no more than most, but for those of a
// single element that weighs more by itself. An element weighs at least 1. It is for lists that
// are longer than [model.Minimise] can search as one.
func Batches[T any](list []T, weight func(T) int, most int) [][]T {
	var out [][]T
	room := 0
	for i, v := range list {
		w := max(weight(v), 1)
		if i == 0 || w > room {
			out, room = append(out, nil), most
		}
		n := len(out) - 1
		out[n], room = append(out[n], v), room-w
	}
	return out
}

// Searchable is a weight, in addresses or peers times services, up to which [model.Minimise]
// searches a list in a few seconds at the worst.
const Searchable = 2_000
