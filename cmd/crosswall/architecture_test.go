package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/crosswall/crosswall"

// root is the repository, seen from this package.
const root = "../.."

// listedPackage is what "go list -json" says of a package.
type listedPackage struct {
	ImportPath, Dir        string
	Standard               bool
	Imports, Deps, GoFiles []string
	Module                 *struct{ Path string }
}

// isTestSupport reports whether only tests link the package.
func (p listedPackage) isTestSupport() bool {
	rel := p.rel()
	return strings.HasPrefix(rel, "terraform/schematest") || rel == "providers/providertest" || rel == "model/sharedtest" || path.Base(rel) == "standin"
}

// rel is the package's path below the module: "model", "providers/aws".
func (p listedPackage) rel() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

// packages lists the module's packages and everything they link.
func packages(t *testing.T) (own []listedPackage, byPath map[string]listedPackage) {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Dir,Standard,Imports,Deps,GoFiles,Module", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	byPath = map[string]listedPackage{}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p listedPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		byPath[p.ImportPath] = p
		// Packages without files but tests are listed too; they import nothing.
		if p.Module != nil && p.Module.Path == module {
			own = append(own, p)
		}
	}
	if len(own) < 5 {
		t.Fatalf("go list found %d packages of the module; the test would check nothing", len(own))
	}
	return own, byPath
}

// layers says what a package may import besides the standard library. The
// first pattern that matches a package counts, so the special come before the
// general. Own packages are given below the module, others in full; a pattern ending in "/..." holds for everything
// below.
var layers = [...]struct {
	pkg string
	may []string
}{
	{"model", []string{"go4.org/netipx"}},
	{"model/audit", []string{"model", "go4.org/netipx"}},
	{"model/audit/checks", []string{"model", "model/audit"}},
	{"model/assertion", []string{"model", "model/audit"}},
	{"model/sharedtest", nil}, // test support
	{"terraform", []string{"github.com/hashicorp/hcl/v2/...", "github.com/zclconf/go-cty/...", "github.com/hashicorp/terraform-json"}},
	// Test support: a provider plugin that knows the schemas and nothing else.
	{"terraform/schematest/...", []string{"terraform", "terraform/schematest/...", "model/sharedtest", "github.com/hashicorp/...", "github.com/zclconf/go-cty/..."}},
	{"providers", []string{"model", "model/audit", "terraform"}},
	{"providers/all", []string{"model", "providers", "providers/*"}},
	{"providers/providertest", []string{"model", "terraform", "terraform/schematest", "providers"}},
	{"providers/*", []string{"model", "model/audit", "terraform", "providers", "go4.org/netipx"}},
	{"providers/*/live", nil}, // ruled by TestLiveSources: each has an SDK of its own
	// Test support: a cloud of its own making, that knows Terraform's resources and no SDK, lest both misread the same.
	{"providers/*/live/standin", []string{"terraform"}},
	{"translate", []string{"model", "terraform", "providers"}},
	{"translate/terraform", []string{"model", "model/audit", "terraform", "providers", "translate"}},
	{"translate/strictyaml", []string{"model", "go.yaml.in/yaml/v3"}},
	{"translate/auditfile", []string{"model", "model/audit", "translate/strictyaml"}},
	{"translate/auditfix", []string{"model", "model/audit", "github.com/hashicorp/hcl/v2/...", "github.com/zclconf/go-cty/..."}},
	{"translate/snapshot", []string{"model", "providers"}},
	{"translate/kubernetes/live", nil}, // ruled by TestLiveSources
	{"translate/*", []string{"model", "model/audit", "providers", "translate", "translate/strictyaml", "go4.org/netipx",
		"k8s.io/api/...", "k8s.io/apimachinery/...", "sigs.k8s.io/network-policy-api/...", "sigs.k8s.io/yaml", "go.yaml.in/yaml/v3"}},
	{"cmd/...", []string{"..."}},
	{"examples/...", []string{"..."}},
}

// matches reports whether an import path fits a pattern of layers.
func matches(pattern, imported string) bool {
	imported = strings.TrimPrefix(imported, module+"/")
	if prefix, ok := strings.CutSuffix(pattern, "..."); ok {
		return strings.HasPrefix(imported+"/", prefix)
	}
	ok, err := path.Match(pattern, imported)
	return err == nil && ok
}

func TestImportsFollowTheLayers(t *testing.T) {
	own, byPath := packages(t)
	for _, p := range own {
		if path.Base(p.ImportPath) == "live" {
			continue
		}
		i := slices.IndexFunc(layers[:], func(l struct {
			pkg string
			may []string
		}) bool {
			return matches(l.pkg, p.ImportPath)
		})
		if i < 0 {
			t.Errorf("%s: no layer says what this package may import; is it in the right place?", p.rel())
			continue
		}
		for _, imported := range p.Imports {
			standard := byPath[imported].Standard || imported == "C" || imported == "unsafe"
			allowed := slices.ContainsFunc(layers[i].may, func(m string) bool { return matches(m, imported) })
			if !standard && !allowed {
				t.Errorf("%s imports %s; layer %s may import the standard library and %v", p.rel(), imported, layers[i].pkg, layers[i].may)
			}
		}
	}
}

// liveLayers say what live sources may import besides the standard library: the SDK of one cloud, and no other.
var liveLayers = [...]struct {
	pkg string
	may []string
}{
	{"providers/aws/live", []string{"model", "providers", "providers/aws", "terraform", "github.com/aws/...", "golang.org/x/..."}},
	{"providers/azure/live", []string{"model", "providers", "providers/azure", "terraform", "github.com/Azure/...", "golang.org/x/..."}},
	{"providers/gcp/live", []string{"model", "providers", "providers/gcp", "terraform", "cloud.google.com/go/...", "google.golang.org/...",
		"github.com/googleapis/...", "golang.org/x/..."}},
	{"translate/kubernetes/live", []string{"model", "translate", "translate/kubernetes", "k8s.io/...", "github.com/go-logr/logr", "sigs.k8s.io/yaml"}},
}

// Each live source links the SDK of its own cloud.
func TestLiveSources(t *testing.T) {
	own, byPath := packages(t)
	for _, p := range own {
		if path.Base(p.ImportPath) != "live" {
			continue
		}
		found := false
		for _, l := range liveLayers {
			if p.rel() != l.pkg {
				continue
			}
			found = true
			for _, imported := range p.Imports {
				if !byPath[imported].Standard && !slices.ContainsFunc(l.may, func(m string) bool { return matches(m, imported) }) {
					t.Errorf("%s imports %s; it may import the standard library and %v", p.rel(), imported, l.may)
				}
			}
		}
		if !found {
			t.Errorf("%s: no layer says what this live source may import", p.rel())
		}
	}
}

// sdks are what only live sources and the command may link.
var sdks = [...]string{
	"github.com/aws/aws-sdk-go-v2/...", "github.com/aws/smithy-go/...", "cloud.google.com/go/...", "google.golang.org/api/...",
	"google.golang.org/grpc/...", "github.com/Azure/...", "k8s.io/client-go/...", "sigs.k8s.io/controller-runtime/...",
}

func TestLibraryLinksNoSDK(t *testing.T) {
	own, _ := packages(t)
	for _, p := range own {
		rel := p.rel()
		if strings.HasPrefix(rel, "cmd/") || path.Base(rel) == "live" || p.isTestSupport() {
			continue // schematest's plugin speaks Terraform's plugin protocol, which is gRPC; only tests build it
		}
		for _, dep := range p.Deps {
			for _, sdk := range sdks {
				if matches(sdk, dep) {
					t.Errorf("%s links %s; SDKs belong to providers/*/live", rel, dep)
				}
			}
		}
	}
}

func TestLiveStaysApart(t *testing.T) {
	own, _ := packages(t)
	for _, p := range own {
		for _, imported := range p.Imports {
			if path.Base(imported) == "live" && strings.HasPrefix(imported, module) && !strings.HasPrefix(p.rel(), "cmd/") {
				t.Errorf("%s imports %s; only the command may", p.rel(), imported)
			}
		}
	}
}

func TestOnlyTestsImportTestSupport(t *testing.T) {
	own, byPath := packages(t)
	for _, p := range own {
		for _, imported := range p.Imports {
			if byPath[imported].isTestSupport() && !p.isTestSupport() {
				t.Errorf("%s imports %s outside its tests", p.rel(), imported)
			}
		}
	}
}

func TestEveryProviderIsListed(t *testing.T) {
	_, byPath := packages(t)
	listed := byPath[module+"/providers/all"].Imports
	entries, err := os.ReadDir(filepath.Join(root, "providers"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() || name == "all" || name == "providertest" || name == "testdata" {
			continue
		}
		if !slices.Contains(listed, module+"/providers/"+name) {
			t.Errorf("providers/%s is not listed in providers/all", name)
		}
	}
}

// topLevel is everything that may lie at the top of the repository; what Git
// ignores does not count.
var topLevel = [...]string{
	".ci", ".git", ".gitattributes", ".gitignore", ".golangci.yml", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md",
	"cmd", "docs", "examples", "go.mod", "go.sum", "model", "providers", "terraform", "translate",
	"crosswall", "out", ".terraform", // ignored
}

func TestTopLevelIsTidy(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if ext := path.Ext(e.Name()); ext == ".test" || ext == ".prof" {
			continue // ignored
		}
		if !slices.Contains(topLevel[:], e.Name()) {
			t.Errorf("%s does not belong at the top of the repository", e.Name())
		}
	}
}

func TestNoCatchAllPackages(t *testing.T) {
	own, _ := packages(t)
	for _, p := range own {
		switch path.Base(p.ImportPath) {
		case "util", "utils", "common", "helper", "helpers", "misc", "shared", "internal":
			t.Errorf("%s: name the package for what it does", p.rel())
		}
	}
}

// The repository builds and tests wherever it is cloned to.
func TestNoMachinePaths(t *testing.T) {
	needles := []string{"/" + "work/main", "/" + "work/shared", "/" + "root/"}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); base == ".git" || base == "out" || base == ".terraform" {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, n := range needles {
			if bytes.Contains(data, []byte(n)) && !bytes.Contains(data[:min(512, len(data))], []byte{0}) {
				t.Errorf("%s names %s, a place on somebody's machine", name, n)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// source is a package's syntax without its tests, and what was found wrong with it.
type source struct {
	listedPackage
	fset   *token.FileSet
	files  map[string]*ast.File
	info   *types.Info
	scope  *types.Scope
	faults []string
}

// newSource parses files of a package; content is nil where they are to be read from
// the disk.
func newSource(t *testing.T, p listedPackage, content any) *source {
	t.Helper()
	s := &source{listedPackage: p, fset: token.NewFileSet(), files: map[string]*ast.File{}}
	var files []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(s.fset, filepath.Join(p.Dir, name), content, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		s.files[name] = f
		files = append(files, f)
	}
	// Imports are left unresolved: what is asked about is the package's own names.
	s.info = &types.Info{Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: noImporter{}, Error: func(error) {}}
	pkg, _ := conf.Check(p.ImportPath, s.fset, files, s.info)
	s.scope = pkg.Scope()
	return s
}

type noImporter struct{}

func (noImporter) Import(string) (*types.Package, error) { return nil, errors.New("left unresolved") }

func (s *source) fault(pos token.Pos, format string, args ...any) {
	s.faults = append(s.faults, fmt.Sprintf("%s: "+format, append([]any{s.fset.Position(pos)}, args...)...))
}

// Every package follows the rules that its syntax can show.
func TestSourceFollowsTheRules(t *testing.T) {
	own, _ := packages(t)
	for _, p := range own {
		s := newSource(t, p, nil)
		s.check()
		for _, f := range s.faults {
			t.Error(f)
		}
	}
}

// The rules find what they are for.
func TestSourceRulesCatch(t *testing.T) {
	for _, row := range []struct{ rule, code, want string }{
		{"clean", "// Package x.\npackage x\nimport \"errors\"\nvar errA = errors.New(\"a\")\n// table says.\nvar table = [...]int{1}\nfunc f() int { return table[0] }", ""},
		{"no package comment", "package x", "package comment"},
		{"init", "// Package x.\npackage x\nfunc init() {}", "init function"},
		{"mutable variable", "// Package x.\npackage x\nvar n = 1", "package variable n"},
		{"variable without a value", "// Package x.\npackage x\nvar m map[string]int", "package variable m"},
		{"table without comment", "// Package x.\npackage x\nvar table = []int{1}", "no comment"},
		{"exported table", "// Package x.\npackage x\n// Table says.\nvar Table = []int{1}", "exported"},
		{"table written to", "// Package x.\npackage x\n// table says.\nvar table = map[int]int{1: 1}\nfunc f() { table[2] = 2 }", "table is changed"},
		{"table sorted", "// Package x.\npackage x\nimport \"slices\"\n// table says.\nvar table = []int{1}\nfunc f() { slices.Sort(table) }", "table is changed"},
		{"a local of the same name", "// Package x.\npackage x\n// table says.\nvar table = []int{1}\nfunc f() { table := []int{1}; table[0] = 2 }", ""},
		{"panic", "// Package x.\npackage x\nfunc f() { panic(1) }", "panic in a library"},
		{"exit", "// Package x.\npackage x\nimport \"os\"\nfunc f() { os.Exit(1) }", "os.Exit in a library"},
		{"log", "// Package x.\npackage x\nimport \"log\"\nfunc f() { log.Fatal(1) }", "log.Fatal in a library"},
		{"print", "// Package x.\npackage x\nimport \"fmt\"\nfunc f() { fmt.Println(1) }", "fmt.Println in a library"},
		{"must of input", "// Package x.\npackage x\nimport \"regexp\"\nfunc f(s string) { regexp.MustCompile(s) }", "may panic"},
		{"must of a constant", "// Package x.\npackage x\nimport \"regexp\"\nconst c = `a`\nfunc f() { regexp.MustCompile(c + `b`) }", ""},
		{"must constructor", "// Package x.\npackage x\nfunc MustF() { panic(1) }", ""},
	} {
		s := newSource(t, listedPackage{ImportPath: module + "/x", GoFiles: []string{"x.go"}}, row.code)
		s.check()
		got := strings.Join(s.faults, "; ")
		if row.want == "" && got != "" || !strings.Contains(got, row.want) {
			t.Errorf("%s: got %q, want %q", row.rule, got, row.want)
		}
	}
}

// check holds the package against every rule.
func (s *source) check() {
	s.onePackageComment()
	for _, f := range s.files {
		s.noInit(f)
		if s.isTestSupport() {
			continue
		}
		s.noMutableVariables(f)
		if !strings.HasPrefix(s.rel(), "cmd/") {
			s.noPanicExitLog(f)
		}
	}
}

func (s *source) onePackageComment() {
	var with []string
	for name, f := range s.files {
		if f.Doc != nil {
			with = append(with, name)
		}
	}
	if len(s.files) > 0 && len(with) != 1 {
		slices.Sort(with)
		s.faults = append(s.faults, fmt.Sprintf("%s: package comment in %v, want exactly one", s.rel(), with))
	}
}

func (s *source) noInit(f *ast.File) {
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			s.fault(fn.Pos(), "init function; list things explicitly")
		}
	}
}

// noMutableVariables wants a package variable to be an error value, a compiled
// pattern, an embedded file, an interface assertion, or an unexported table
// that has a comment and is never written to.
func (s *source) noMutableVariables(f *ast.File) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			s.checkVariable(g, spec.(*ast.ValueSpec))
		}
	}
	s.noWrites(f)
}

func (s *source) checkVariable(g *ast.GenDecl, v *ast.ValueSpec) {
	doc := g.Doc.Text() + v.Doc.Text() + v.Comment.Text()
	for i, name := range v.Names {
		switch {
		case name.Name == "_", isEmbedded(g.Doc):
			continue
		case i < len(v.Values) && isFixedCall(v.Values[i]):
			continue
		case i >= len(v.Values) || !isTable(v.Values[i]):
			s.fault(name.Pos(), "package variable %s is neither an error, a pattern, an embedded file nor a table", name.Name)
		case name.IsExported():
			s.fault(name.Pos(), "table %s is exported, so that anybody may change it; return a copy from a function", name.Name)
		case doc == "":
			s.fault(name.Pos(), "table %s has no comment", name.Name)
		}
	}
}

func isEmbedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed") })
}

// isFixedCall reports whether e makes an error or a pattern.
func isFixedCall(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch types.ExprString(call.Fun) {
	case "errors.New", "fmt.Errorf", "regexp.MustCompile":
		return true
	}
	return false
}

// isTable reports whether e is a composite literal, or made of such by one call.
func isTable(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CompositeLit:
		return true
	case *ast.CallExpr:
		for _, a := range e.Args {
			switch a.(type) {
			case *ast.CompositeLit, *ast.BasicLit:
			default:
				return false
			}
		}
		return len(e.Args) > 0
	}
	return false
}

// noWrites reports what changes a package variable or its elements.
func (s *source) noWrites(f *ast.File) {
	report := func(e ast.Expr) {
		if id := rootIdent(e); id != nil {
			if v, ok := s.info.Uses[id].(*types.Var); ok && v.Parent() == s.scope {
				s.fault(e.Pos(), "package variable %s is changed", id.Name)
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					report(e)
				}
			}
		case *ast.IncDecStmt:
			report(n.X)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				report(n.X)
			}
		case *ast.CallExpr:
			if name := types.ExprString(n.Fun); len(n.Args) > 0 && (name == "delete" || name == "clear" || strings.HasPrefix(name, "slices.Sort")) {
				report(n.Args[0])
			}
		}
		return true
	})
}

// rootIdent is the variable that an assignment to e changes: a in a.b[c].
func rootIdent(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// noPanicExitLog wants libraries to return errors. MustX constructors may panic, and may
// be called elsewhere with constants only.
func (s *source) noPanicExitLog(f *ast.File) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil || strings.HasPrefix(fn.Name.Name, "Must") {
			continue
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				s.checkCall(call)
			}
			return true
		})
	}
}

func (s *source) checkCall(call *ast.CallExpr) {
	name := types.ExprString(call.Fun)
	base := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case name == "panic", name == "os.Exit", strings.HasPrefix(name, "log."), name == "print", name == "println",
		strings.HasPrefix(name, "fmt.Print"):
		s.fault(call.Pos(), "%s in a library; return an error or a finding", name)
	case strings.HasPrefix(base, "Must"):
		for _, a := range call.Args {
			if s.info.Types[a].Value == nil {
				s.fault(call.Pos(), "%s of something other than a constant may panic", name)
			}
		}
	}
}
