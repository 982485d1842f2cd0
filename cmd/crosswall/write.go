package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/providers"
	"github.com/crosswall/crosswall/translate"
)

// folder is a folder to be written as a whole.
type folder struct {
	path  string
	files []providers.File
}

// manifestName is the file in which crosswall remembers what it wrote.
const manifestName = ".crosswall.json"

// manifest says which files of a folder are crosswall's.
type manifest struct {
	Note    string            `json:"note"`
	Version int               `json:"version"`
	Files   map[string]string `json:"files"` // name to SHA-256 of the content, in hexadecimal
	// Before is what the files were before; kept only while they are being replaced, so that a replacement that was cut short is not
	// taken for somebody's edit.
	Before map[string]string `json:"before,omitempty"`
}

// replaceFolders makes the folders hold exactly their files. Everything is first
// written and flushed beside its place, so that a full disk or a missing
// permission leaves all folders as they were; then file after file is renamed into place.
//
// It refuses a folder with files that crosswall did not write, and, unless overwrite is set,
// one with files that were changed since.
func replaceFolders(folders []folder, overwrite bool) (err error) {
	var staged []*staging
	defer func() {
		for _, s := range staged {
			s.discard()
		}
	}()
	for _, f := range folders {
		s := &staging{folder: f}
		if err := s.inspect(overwrite); err != nil {
			return err
		}
		staged = append(staged, s)
	}
	for _, s := range staged {
		if err := s.stage(); err != nil {
			return badInput("%w; nothing was changed", err)
		}
	}
	for _, s := range staged {
		if err := s.commit(); err != nil {
			return badInput("%w; run the command again to finish", err)
		}
	}
	return nil
}

// staging is a folder on its way to its place.
type staging struct {
	folder
	old   manifest // what is there now; no files where nothing is
	fresh bool     // whether the folder does not exist yet
	temp  string   // the folder beside it; empty before stage and after commit
	// made are the folders above it that stage created, the outermost first.
	made []string
}

// inspect reads what is in the folder now, and refuses what must not be
// touched.
func (s *staging) inspect(overwrite bool) error {
	entries, err := os.ReadDir(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.fresh = true
		return nil
	case err != nil:
		return badInput("%w", err)
	}
	if err := s.readManifest(); err != nil {
		return err
	}
	var foreign, edited []string
	for _, e := range entries {
		name := e.Name()
		if name == manifestName || isTerraforms(name) || name == translate.LockName {
			continue // the lock was read before: what it says stays in force, whoever wrote it
		}
		_, now := s.old.Files[name]
		_, before := s.old.Before[name]
		if !e.Type().IsRegular() || !now && !before {
			foreign = append(foreign, name)
			continue
		}
		data, err := os.ReadFile(filepath.Join(s.path, name))
		if err != nil {
			return badInput("%w", err)
		}
		if sum := hash(data); sum != s.old.Files[name] && sum != s.old.Before[name] {
			edited = append(edited, name)
		}
	}
	switch {
	case len(foreign) > 0:
		return badInput("%s holds files that crosswall did not write (%s): move them away or choose another --out; nothing was changed",
			s.path, strings.Join(foreign, ", "))
	case len(edited) > 0 && !overwrite:
		return badInput("%s holds files that were changed since crosswall wrote them (%s): keep the changes elsewhere, or lose them with --overwrite; nothing was changed",
			s.path, strings.Join(edited, ", "))
	}
	return nil
}

// readManifest reads what crosswall wrote the last time.
func (s *staging) readManifest() error {
	name := filepath.Join(s.path, manifestName)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return badInput("%w", err)
	}
	if err := json.Unmarshal(data, &s.old); err != nil || s.old.Version != 1 {
		return badInput("%s is not what crosswall wrote: remove it, and the folder if it is not needed", name)
	}
	return nil
}

// isTerraforms reports whether Terraform or its user keeps a file of that name
// beside the configuration.
func isTerraforms(name string) bool {
	return name == ".terraform" || name == ".terraform.lock.hcl" || name == ".terraform.tfstate.lock.info" ||
		strings.HasSuffix(name, ".tfvars") || strings.HasSuffix(name, ".tfvars.json") ||
		strings.HasSuffix(name, ".tfstate") || strings.Contains(name, ".tfstate.") && strings.HasSuffix(name, "backup")
}

// stage writes everything to a folder beside the final one and flushes it.
func (s *staging) stage() error {
	parent := filepath.Dir(s.path)
	for p := parent; ; p = filepath.Dir(p) {
		if _, err := os.Stat(p); err == nil || p == filepath.Dir(p) {
			break
		}
		s.made = slices.Insert(s.made, 0, p)
	}
	for _, p := range s.made {
		// Another target may have made it meanwhile.
		if err := os.Mkdir(p, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	temp, err := os.MkdirTemp(parent, ".crosswall-*")
	if err != nil {
		return err
	}
	s.temp = temp
	final := manifest{
		Note:    "Written by crosswall, which finds its files again by this list.",
		Version: 1,
		Files:   map[string]string{},
	}
	for _, f := range s.files {
		final.Files[f.Name] = hash(f.Data)
		if err := writeSynced(filepath.Join(temp, f.Name), f.Data); err != nil {
			return err
		}
	}
	if err := s.stageManifest(manifestName, final); err != nil {
		return err
	}
	if s.fresh {
		return syncFolder(temp)
	}
	final.Before = map[string]string{}
	for name := range s.old.Files {
		data, err := os.ReadFile(filepath.Join(s.path, name))
		if err == nil {
			final.Before[name] = hash(data)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := s.stageManifest(manifestName+".next", final); err != nil {
		return err
	}
	return syncFolder(temp)
}

func (s *staging) stageManifest(name string, m manifest) error {
	text, err := jsonText(m)
	if err != nil {
		return err
	}
	return writeSynced(filepath.Join(s.temp, name), []byte(text))
}

// commit moves the staged files into place.
func (s *staging) commit() error {
	if s.fresh {
		// MkdirTemp makes folders for their owner alone.
		if err := os.Chmod(s.temp, 0o755); err != nil {
			return err
		}
		if err := os.Rename(s.temp, s.path); err != nil {
			return err
		}
		s.temp, s.made = "", nil
		return syncFolder(filepath.Dir(s.path))
	}
	moves := [][2]string{{manifestName + ".next", manifestName}}
	kept := map[string]bool{}
	for _, f := range s.files {
		moves = append(moves, [2]string{f.Name, f.Name})
		kept[f.Name] = true
	}
	for _, m := range moves {
		if err := os.Rename(filepath.Join(s.temp, m[0]), filepath.Join(s.path, m[1])); err != nil {
			return err
		}
	}
	for _, list := range []map[string]string{s.old.Files, s.old.Before} {
		for name := range list {
			if !kept[name] {
				if err := os.Remove(filepath.Join(s.path, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
		}
	}
	// Last, so that until here the list of what was before is at hand.
	if err := os.Rename(filepath.Join(s.temp, manifestName), filepath.Join(s.path, manifestName)); err != nil {
		return err
	}
	return syncFolder(s.path)
}

// discard removes what stage made and commit did not use.
func (s *staging) discard() {
	if s.temp != "" {
		_ = os.RemoveAll(s.temp) // nothing more can be done about it
	}
	for _, p := range slices.Backward(s.made) {
		_ = os.Remove(p) // fails, rightly, where something else is in it by now
	}
}

// writeSynced writes a new file and has it flushed to the disk.
func writeSynced(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncFolder flushes a folder's list of files. Not every system can; that is no
// fault.
func syncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	_ = f.Sync()
	return f.Close()
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
