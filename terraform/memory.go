package terraform

import (
	"bytes"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// ReadFiles is [Read] for files that are in memory, such as those that [Files]
// returned.
func ReadFiles(files []File) (Module, Diagnostics, error) { return Read(memory(files)) }

// memory is a folder of files in memory.
type memory []File

func (m memory) Open(name string) (fs.File, error) {
	if name == "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	for _, f := range m {
		if f.Name == name {
			return &memoryFile{file: f, Reader: bytes.NewReader(f.Data)}, nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (m memory) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	out := make([]fs.DirEntry, len(m))
	for i, f := range m {
		out[i] = fs.FileInfoToDirEntry(memoryInfo{f})
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

type memoryFile struct {
	file File
	io.Reader
}

func (f *memoryFile) Stat() (fs.FileInfo, error) { return memoryInfo{f.file}, nil }
func (f *memoryFile) Close() error               { return nil }

// memoryInfo describes a regular file of unknown age.
type memoryInfo struct{ file File }

func (i memoryInfo) Name() string       { return i.file.Name }
func (i memoryInfo) Size() int64        { return int64(len(i.file.Data)) }
func (i memoryInfo) Mode() fs.FileMode  { return 0o444 }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) IsDir() bool        { return false }
func (i memoryInfo) Sys() any           { return nil }
