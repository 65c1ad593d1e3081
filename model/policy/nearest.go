package policy

import "strings"

// Nearest returns the word among the given ones that somebody most likely
// meant by word, "" where none is close: at most one slip in three letters,
// or one that differs only in case, hyphens and underscores. The first of
// equals wins.
func Nearest(word string, among []string) string {
	const longest = 64 // words of packs are short, and distance is quadratic
	if word == "" || len(word) > longest {
		return ""
	}
	folded := foldWord(word)
	best, fewest := "", max(1, len([]rune(folded))/3)+1
	for _, candidate := range among {
		if len(candidate) > longest {
			continue
		}
		if slips := distance(folded, foldWord(candidate), fewest); slips < fewest {
			best, fewest = candidate, slips
		}
	}
	return best
}

func foldWord(word string) string {
	return strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(word))
}

// distance counts the letters to insert, remove, replace or swap with their
// neighbour to turn a into b; counts from limit on are not exact.
func distance(a, b string, limit int) int {
	from, to := []rune(a), []rune(b)
	if len(from)-len(to) >= limit || len(to)-len(from) >= limit {
		return limit
	}
	before := make([]int, len(to)+1)
	last := make([]int, len(to)+1)
	row := make([]int, len(to)+1)
	for j := range last {
		last[j] = j
	}
	for i := range from {
		row[0] = i + 1
		for j := range to {
			change := last[j]
			if from[i] != to[j] {
				change++
			}
			row[j+1] = min(change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && from[i] == to[j-1] && from[i-1] == to[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(to)]
}
