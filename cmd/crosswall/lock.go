package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/translate"
)

// readLock returns the numbers that rules of a target had when its folder was last written; nil where
// there is no such folder or it keeps none.
func readLock(dir string) (providers.Numbering, error) {
	name := filepath.ToSlash(filepath.Join(dir, translate.LockName))
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, badInput("%w", err)
	}
	numbers, err := translate.ReadLock(name, data)
	if err != nil {
		return nil, badInput("%w; nothing was changed", err)
	}
	return numbers, nil
}
