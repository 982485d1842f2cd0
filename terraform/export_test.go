package terraform

import "io/fs"

// MaxWork bounds the work of a reading.
const MaxWork = maxWork

// ReadWithin is [Read] with another bound on its work.
func ReadWithin(fsys fs.FS, work int) (Module, Diagnostics, error) { return readWithin(fsys, work) }
