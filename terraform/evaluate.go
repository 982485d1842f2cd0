package terraform

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Bounds on the work that one module can ask for: configuration is input from
// strangers.
const (
	maxDepth = 5_000       // of calls while evaluating
	maxSize  = 2_000_000   // elements and bytes of one value
	maxWork  = 100_000_000 // elements and bytes of all values, and evalWork for each expression
	evalWork = 50
)

// evaluator works out expressions.
type evaluator struct {
	capsule
	vars   map[string]cty.Value
	locals map[string]*local
	calls  *hcl.EvalContext // the functions

	diags []Diagnostic
	seen  map[Diagnostic]bool
	// faults counts what was reported, or would have been but for try.
	faults, trying int

	depth, work int
	allowed     int // work
	exhausted   bool
}

// local is a local value, worked out when it is first asked for.
type local struct {
	expr       hclsyntax.Expression
	val        cty.Value
	done, busy bool
	// names is the resources that it names, once that was asked for.
	names  []string
	walked bool
}

// newEvaluator returns an evaluator that may do so much work: see maxWork.
func newEvaluator(work int) *evaluator {
	c := newCapsule()
	return &evaluator{
		capsule: c,
		vars:    map[string]cty.Value{},
		locals:  map[string]*local{},
		calls:   &hcl.EvalContext{Functions: functions()},
		seen:    map[Diagnostic]bool{},
		allowed: work,
	}
}

// scope holds the names of for_each, count, for expressions and dynamic blocks.
type scope struct {
	outer *scope
	name  string
	val   cty.Value
	// item is what a splat expression's part stands for; nil in other scopes.
	item *hclsyntax.AnonSymbolExpr
}

func (s *scope) with(name string, v cty.Value) *scope {
	return &scope{outer: s, name: name, val: v}
}

func (s *scope) find(name string) (cty.Value, bool) {
	for ; s != nil; s = s.outer {
		if s.item == nil && s.name == name {
			return s.val, true
		}
	}
	return cty.NilVal, false
}

func (s *scope) findItem(e *hclsyntax.AnonSymbolExpr) (cty.Value, bool) {
	for ; s != nil; s = s.outer {
		if s.item == e {
			return s.val, true
		}
	}
	return cty.NilVal, false
}

// report takes up diagnostics, each only once: the instances of a resource share
// their faults.
func (ev *evaluator) report(ds ...Diagnostic) {
	for _, d := range ds {
		ev.faults++
		if ev.trying == 0 && !ev.seen[d] {
			ev.seen[d] = true
			ev.diags = append(ev.diags, d)
		}
	}
}

// fault reports an error and returns what stands for the value that there is not.
func (ev *evaluator) fault(summary, detail string, rng hcl.Range) cty.Value {
	ev.report(Diagnostic{Severity: Error, Summary: summary, Detail: detail, Pos: position(rng)})
	return ev.unknown(summary, rng)
}

// eval returns the value of an expression, in which nothing is unknown in cty's
// sense: opaque values stand in its place. Faults are reported and leave an
// opaque too.
func (ev *evaluator) eval(e hclsyntax.Expression, s *scope) cty.Value {
	if ev.depth >= maxDepth {
		return ev.fault("Expression nested too deeply", "", e.Range())
	}
	ev.depth++
	defer func() { ev.depth-- }()
	if !ev.spend(evalWork, e.Range()) {
		return ev.unknown("too much to work out", e.Range())
	}
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return ev.checked(e.Val, e.SrcRange)
	case *hclsyntax.ParenthesesExpr:
		return ev.eval(e.Expression, s)
	case *hclsyntax.TemplateWrapExpr:
		return ev.eval(e.Wrapped, s)
	case *hclsyntax.ScopeTraversalExpr:
		return ev.traversal(e.Traversal, s)
	case *hclsyntax.RelativeTraversalExpr:
		return ev.steps(ev.eval(e.Source, s), e.Traversal)
	case *hclsyntax.IndexExpr:
		return ev.index(e, s)
	case *hclsyntax.TupleConsExpr:
		return ev.checked(cty.TupleVal(ev.all(e.Exprs, s)), e.SrcRange)
	case *hclsyntax.ObjectConsExpr:
		return ev.object(e, s)
	case *hclsyntax.FunctionCallExpr:
		return ev.call(e, s)
	case *hclsyntax.ConditionalExpr:
		return ev.conditional(e, s)
	case *hclsyntax.ForExpr:
		return ev.forExpr(e, s)
	case *hclsyntax.SplatExpr:
		return ev.splat(e, s)
	case *hclsyntax.AnonSymbolExpr:
		if v, ok := s.findItem(e); ok {
			return v
		}
	case *hclsyntax.TemplateExpr:
		if v, ok := literalText(e); ok { // as most expressions are
			return ev.checked(v, e.SrcRange)
		}
		return ev.compute(&hclsyntax.TemplateExpr{Parts: ev.literals(e.Parts, s), SrcRange: e.SrcRange})
	case *hclsyntax.TemplateJoinExpr:
		return ev.compute(&hclsyntax.TemplateJoinExpr{Tuple: ev.literal(e.Tuple, s)})
	case *hclsyntax.BinaryOpExpr:
		return ev.compute(&hclsyntax.BinaryOpExpr{LHS: ev.literal(e.LHS, s), Op: e.Op, RHS: ev.literal(e.RHS, s), SrcRange: e.SrcRange})
	case *hclsyntax.UnaryOpExpr:
		return ev.compute(&hclsyntax.UnaryOpExpr{Op: e.Op, Val: ev.literal(e.Val, s), SrcRange: e.SrcRange, SymbolRange: e.SymbolRange})
	}
	return ev.unknown("an expression of an unsupported kind", e.Range())
}

func (ev *evaluator) all(es []hclsyntax.Expression, s *scope) []cty.Value {
	out := make([]cty.Value, len(es))
	for i, e := range es {
		out[i] = ev.eval(e, s)
	}
	return out
}

// literal replaces an expression by its value.
func (ev *evaluator) literal(e hclsyntax.Expression, s *scope) hclsyntax.Expression {
	return &hclsyntax.LiteralValueExpr{Val: ev.eval(e, s), SrcRange: e.Range()}
}

func (ev *evaluator) literals(es []hclsyntax.Expression, s *scope) []hclsyntax.Expression {
	out := make([]hclsyntax.Expression, len(es))
	for i, e := range es {
		out[i] = ev.literal(e, s)
	}
	return out
}

// compute has HCL itself work out an expression whose parts are literals.
// With an opaque part, the result is HCL's answer for an unknown one: "false && x" is
// false, and most others are opaque for the same reason as the part.
func (ev *evaluator) compute(e hclsyntax.Expression) cty.Value {
	var because *opaque
	for _, part := range literalParts(e) {
		if because == nil {
			because = ev.first(part.Val)
		}
		part.Val = ev.blank(part.Val)
	}
	v, diags := safely(e, ev.calls)
	if diags.HasErrors() {
		if because == nil {
			ev.report(fromHCL(diags)...)
			return ev.unknown(diags[0].Summary, e.Range())
		}
		return ev.derived(because, e.Range())
	}
	unknown := ev.unknown("cannot be worked out", e.Range())
	if because != nil {
		unknown = ev.derived(because, e.Range())
	}
	return ev.checked(ev.fill(v, unknown), e.Range())
}

// derived returns the unknown value computed from an opaque one.
func (ev *evaluator) derived(o *opaque, rng hcl.Range) cty.Value {
	if o.ref != nil {
		ref, _ := ev.value(ev.reference(o.ref)).AsRef()
		return ev.unknown("computed from "+ref, rng)
	}
	return cty.CapsuleVal(ev.typ, &opaque{why: o.why})
}

// literalText returns what a template stands for that is nothing but text.
func literalText(e *hclsyntax.TemplateExpr) (cty.Value, bool) {
	if len(e.Parts) != 1 {
		return cty.NilVal, false
	}
	l, ok := e.Parts[0].(*hclsyntax.LiteralValueExpr)
	if !ok || l.Val.IsNull() || !l.Val.Type().Equals(cty.String) {
		return cty.NilVal, false
	}
	return l.Val, true
}

// literalParts returns the literals that [evaluator.literal] put into an expression.
func literalParts(e hclsyntax.Expression) []*hclsyntax.LiteralValueExpr {
	var parts []hclsyntax.Expression
	switch e := e.(type) {
	case *hclsyntax.TemplateExpr:
		parts = e.Parts
	case *hclsyntax.TemplateJoinExpr:
		parts = []hclsyntax.Expression{e.Tuple}
	case *hclsyntax.BinaryOpExpr:
		parts = []hclsyntax.Expression{e.LHS, e.RHS}
	case *hclsyntax.UnaryOpExpr:
		parts = []hclsyntax.Expression{e.Val}
	case *hclsyntax.ConditionalExpr:
		parts = []hclsyntax.Expression{e.Condition, e.TrueResult, e.FalseResult}
	case *hclsyntax.FunctionCallExpr:
		parts = e.Args
	}
	var out []*hclsyntax.LiteralValueExpr
	for _, p := range parts {
		if l, ok := p.(*hclsyntax.LiteralValueExpr); ok {
			out = append(out, l)
		}
	}
	return out
}

// safely evaluates with HCL. Its library of functions is known to panic on odd
// arguments; that is a fault of the expression here.
func safely(e hclsyntax.Expression, ctx *hcl.EvalContext) (v cty.Value, diags hcl.Diagnostics) {
	defer func() {
		if r := recover(); r != nil {
			v = cty.DynamicVal
			diags = hcl.Diagnostics{{
				Severity: hcl.DiagError,
				Summary:  "Expression could not be evaluated",
				Detail:   fmt.Sprint(r),
				Subject:  e.Range().Ptr(),
			}}
		}
	}()
	return e.Value(ctx)
}

// traversal resolves a name.
func (ev *evaluator) traversal(t hcl.Traversal, s *scope) cty.Value {
	root, rng := t.RootName(), t.SourceRange()
	if v, ok := s.find(root); ok {
		return ev.steps(v, t[1:])
	}
	switch root {
	case "var", "local":
		name, ok := attrName(t, 1)
		if !ok {
			return ev.fault("Invalid reference", "The name of a variable or local value must follow.", rng)
		}
		if root == "local" {
			return ev.steps(ev.local(name, rng), t[2:])
		}
		v, ok := ev.vars[name]
		if !ok {
			return ev.fault("Reference to undeclared input variable", "There is no variable "+name+".", rng)
		}
		return ev.steps(v, t[2:])
	case "path", "terraform":
		return ev.unknown(root+" is known to Terraform only", rng)
	case "each", "count", "self":
		return ev.fault("Invalid reference", root+" has no meaning here.", rng)
	case "resource":
		t = rooted(t[1:])
	}
	if len(t) < 2 {
		return ev.fault("Invalid reference", "A reference needs a type and a name.", rng)
	}
	return ev.reference(t)
}

// rooted makes a relative traversal absolute; empty if that cannot be.
func rooted(t hcl.Traversal) hcl.Traversal {
	if len(t) == 0 {
		return nil
	}
	first, ok := t[0].(hcl.TraverseAttr)
	if !ok {
		return nil
	}
	return append(hcl.Traversal{hcl.TraverseRoot{Name: first.Name, SrcRange: first.SrcRange}}, t[1:]...)
}

func attrName(t hcl.Traversal, i int) (string, bool) {
	if i >= len(t) {
		return "", false
	}
	a, ok := t[i].(hcl.TraverseAttr)
	return a.Name, ok
}

// local returns a local value.
func (ev *evaluator) local(name string, rng hcl.Range) cty.Value {
	l, ok := ev.locals[name]
	switch {
	case !ok:
		return ev.fault("Reference to undeclared local value", "There is no local value "+name+".", rng)
	case l.done:
		return l.val
	case l.busy:
		return ev.fault("Local value refers to itself", "The value of "+name+" depends on itself.", rng)
	}
	l.busy = true
	l.val = ev.eval(l.expr, nil)
	l.done, l.busy = true, false
	return l.val
}

// steps follows attributes and indexes from a value.
func (ev *evaluator) steps(v cty.Value, t hcl.Traversal) cty.Value {
	for i, step := range t {
		if o := ev.get(v); o != nil {
			if o.ref == nil {
				return v
			}
			return ev.reference(append(append(hcl.Traversal{}, o.ref...), t[i:]...))
		}
		var diags hcl.Diagnostics
		switch step := step.(type) {
		case hcl.TraverseAttr:
			rng := step.SrcRange
			v, diags = hcl.GetAttr(v, step.Name, &rng)
		case hcl.TraverseIndex:
			rng := step.SrcRange
			v, diags = hcl.Index(v, step.Key, &rng)
		default:
			return ev.unknown("a splat", step.SourceRange())
		}
		if diags.HasErrors() {
			ev.report(fromHCL(diags)...)
			return ev.unknown(diags[0].Summary, step.SourceRange())
		}
	}
	return v
}

func (ev *evaluator) index(e *hclsyntax.IndexExpr, s *scope) cty.Value {
	coll, key := ev.eval(e.Collection, s), ev.eval(e.Key, s)
	if o := ev.first(key); o != nil {
		return ev.derived(o, e.SrcRange)
	}
	if o := ev.get(coll); o != nil && o.ref != nil {
		if key.Type() != cty.Number {
			k, err := convert.Convert(key, cty.String)
			if err != nil || k.IsNull() {
				return ev.fault("Invalid index", "An index is a string or a number.", e.Key.Range())
			}
			key = k
		}
		return ev.steps(coll, hcl.Traversal{hcl.TraverseIndex{Key: key, SrcRange: e.SrcRange}})
	}
	return ev.steps(coll, hcl.Traversal{hcl.TraverseIndex{Key: key, SrcRange: e.SrcRange}})
}

func (ev *evaluator) object(e *hclsyntax.ObjectConsExpr, s *scope) cty.Value {
	attrs := map[string]cty.Value{}
	for _, item := range e.Items {
		key := ev.objectKey(item.KeyExpr, s)
		val := ev.eval(item.ValueExpr, s)
		if o := ev.first(key); o != nil {
			return ev.derived(o, e.SrcRange)
		}
		k, err := convert.Convert(key, cty.String)
		if err != nil || k.IsNull() {
			return ev.fault("Invalid object key", "A key is a string.", item.KeyExpr.Range())
		}
		attrs[k.AsString()] = val
	}
	return ev.checked(cty.ObjectVal(attrs), e.SrcRange)
}

// objectKey evaluates a key; a bare name stands for itself.
func (ev *evaluator) objectKey(e hclsyntax.Expression, s *scope) cty.Value {
	k, ok := e.(*hclsyntax.ObjectConsKeyExpr)
	if !ok {
		return ev.eval(e, s)
	}
	if name := hcl.ExprAsKeyword(k.Wrapped); name != "" && !k.ForceNonLiteral {
		return cty.StringVal(name)
	}
	return ev.eval(k.Wrapped, s)
}

// conditional keeps the chosen side as it is where it holds something opaque;
// otherwise HCL chooses, and brings both sides to one type.
func (ev *evaluator) conditional(e *hclsyntax.ConditionalExpr, s *scope) cty.Value {
	cond := ev.eval(e.Condition, s)
	if o := ev.get(cond); o != nil {
		return ev.derived(o, e.SrcRange)
	}
	yes, no := ev.eval(e.TrueResult, s), ev.eval(e.FalseResult, s)
	lit := func(v cty.Value, at hclsyntax.Expression) hclsyntax.Expression {
		return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: at.Range()}
	}
	if ev.first(yes) == nil && ev.first(no) == nil {
		return ev.compute(&hclsyntax.ConditionalExpr{Condition: lit(cond, e.Condition),
			TrueResult: lit(yes, e.TrueResult), FalseResult: lit(no, e.FalseResult), SrcRange: e.SrcRange})
	}
	c, err := convert.Convert(cond, cty.Bool)
	if err != nil || c.IsNull() {
		return ev.fault("Incorrect condition type", "The condition must be true or false.", e.Condition.Range())
	}
	if c.True() {
		return yes
	}
	return no
}

// call evaluates a function call. Functions that only move values about keep
// opaque ones as they are.
func (ev *evaluator) call(e *hclsyntax.FunctionCallExpr, s *scope) cty.Value {
	if e.Name == "try" || e.Name == "can" {
		return ev.try(e, s)
	}
	args, ok := ev.arguments(e, s)
	if !ok {
		return ev.unknown("the number of arguments is not known", e.Range())
	}
	if _, ok := ev.calls.Functions[e.Name]; !ok {
		return ev.unknown("the function "+e.Name+" is not evaluated", e.NameRange)
	}
	if why := tooCostly(e.Name, args); why != "" {
		return ev.unknown(why, e.Range())
	}
	lits := make([]hclsyntax.Expression, len(args))
	for i, a := range args {
		lits[i] = &hclsyntax.LiteralValueExpr{Val: a, SrcRange: e.Range()}
	}
	n := &hclsyntax.FunctionCallExpr{Name: e.Name, Args: lits, NameRange: e.NameRange,
		OpenParenRange: e.OpenParenRange, CloseParenRange: e.CloseParenRange}
	if movesOnly(e.Name) {
		if v, diags := safely(n, ev.calls); !diags.HasErrors() && v.IsWhollyKnown() {
			return ev.checked(v, e.Range())
		}
	}
	return ev.compute(n)
}

func (ev *evaluator) arguments(e *hclsyntax.FunctionCallExpr, s *scope) ([]cty.Value, bool) {
	args := ev.all(e.Args, s)
	if !e.ExpandFinal || len(args) == 0 {
		return args, true
	}
	last := args[len(args)-1]
	if last.IsNull() || ev.get(last) != nil || !nests(last) || last.Type().IsObjectType() || last.Type().IsMapType() {
		return nil, false
	}
	args = args[:len(args)-1]
	for it := last.ElementIterator(); it.Next(); {
		_, v := it.Element()
		args = append(args, v)
	}
	return args, true
}

// try evaluates the functions try and can, which answer for faults of their
// arguments. Whether a reference will turn out to be a fault is unknown.
func (ev *evaluator) try(e *hclsyntax.FunctionCallExpr, s *scope) cty.Value {
	if e.ExpandFinal {
		return ev.unknown("the function "+e.Name+" over a list", e.Range())
	}
	for _, a := range e.Args {
		before := ev.faults
		ev.trying++
		v := ev.eval(a, s)
		ev.trying--
		failed := ev.faults > before
		switch {
		case !failed && ev.first(v) != nil:
			return ev.derived(ev.first(v), e.Range())
		case e.Name == "can":
			return cty.BoolVal(!failed)
		case !failed:
			return v
		}
	}
	return ev.fault("Every argument of try fails", "", e.Range())
}

func (ev *evaluator) splat(e *hclsyntax.SplatExpr, s *scope) cty.Value {
	src := ev.eval(e.Source, s)
	if o := ev.get(src); o != nil {
		return ev.derived(o, e.SrcRange)
	}
	var out []cty.Value
	each := func(v cty.Value) {
		out = append(out, ev.eval(e.Each, &scope{outer: s, item: e.Item, val: v}))
	}
	t := src.Type()
	switch {
	case src.IsNull() && (t.IsListType() || t.IsSetType() || t.IsTupleType()):
		return ev.fault("Splat of null value", "A null list has no elements to ask.", e.SrcRange)
	case src.IsNull():
	case t.IsListType() || t.IsSetType() || t.IsTupleType():
		for it := src.ElementIterator(); it.Next(); {
			_, v := it.Element()
			each(v)
		}
	default:
		each(src)
	}
	return ev.checked(cty.TupleVal(out), e.SrcRange)
}

// checked counts a new value against the bounds.
func (ev *evaluator) checked(v cty.Value, rng hcl.Range) cty.Value {
	n := 0
	if !measure(v, &n, 0) {
		return ev.fault("Value too large", "The value nests too deeply, or it has more elements than are worked out.", rng)
	}
	if !ev.spend(n, rng) {
		return ev.unknown("too much to work out", rng)
	}
	return v
}

func (ev *evaluator) spend(n int, rng hcl.Range) bool {
	ev.work += n
	if ev.work > ev.allowed && !ev.exhausted {
		ev.exhausted = true
		trying := ev.trying
		ev.trying = 0
		ev.fault("Configuration too large", "Its expressions produce more than is worked out.", rng)
		ev.trying = trying
	}
	return !ev.exhausted
}

// maxExponent bounds numbers, in bits: 1e1000000000 takes no room as a number, and a
// gigabyte as text.
const maxExponent = 4096

// measure adds the size of a value to n; false if it is out of bounds.
func measure(v cty.Value, n *int, depth int) bool {
	*n++
	if *n > maxSize || depth > maxNesting {
		return false
	}
	if v.IsNull() || !v.IsKnown() {
		return true
	}
	switch {
	case v.Type() == cty.String:
		*n += len(v.AsString())
		return *n <= maxSize
	case v.Type() == cty.Number:
		f := v.AsBigFloat()
		exp := f.MantExp(nil)
		return !f.IsInf() && exp < maxExponent && exp > -maxExponent
	case nests(v):
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			if !measure(e, n, depth+1) {
				return false
			}
		}
	}
	return true
}
