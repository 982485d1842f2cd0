package assertion

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/crosswall/crosswall/model"
)

// What a file may hold.
const (
	// MaxBytes is how long a file may be, in bytes.
	MaxBytes = 1 << 20
	// maxTerms is how many an assertion may name at each end, maxAllTerms how many all of them, with what is defined written out.
	maxTerms    = 10_000
	maxAllTerms = 1_000_000
	// maxFaults is how many faults are told; the others are counted.
	maxFaults = 500
)

// Parse reads a file; name is what findings call it. All faults are found at once, as findings of severity Error with line and
// column, and there are no assertions then. A file without assertions is a fault: it would always hold.
func Parse(name string, data []byte) ([]Assertion, []model.Finding) {
	p := parser{file: name, defined: map[string][]Term{}}
	if len(data) > MaxBytes {
		p.fault(0, fmt.Sprintf("the file has %d bytes; one of assertions may have %d", len(data), MaxBytes), "")
		return nil, p.findings
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		p.line = i + 1
		p.text = strings.TrimRight(line, "\r")
		if at := strings.IndexFunc(p.text, isControl); at >= 0 {
			p.fault(at, fmt.Sprintf("the line has the control character %q", p.text[at]), "save the file as text in UTF-8")
			continue
		}
		if p.parseLine(); p.terms > maxAllTerms {
			break
		}
	}
	if len(p.out) == 0 && len(p.findings) == 0 {
		p.line = 0
		p.fault(0, "there is no assertion in it", "write one on a line, such as\ninternet > db: never")
	}
	if len(p.findings) == 0 {
		return p.out, nil
	}
	if n := p.faults - maxFaults; n > 0 {
		p.findings = append(p.findings, model.Finding{Severity: model.Error, Code: codeMore, Origin: model.Origin{File: name, Line: p.line},
			Summary: fmt.Sprintf("there are %d more like those; they are left out", n)})
	}
	return nil, model.SortFindings(p.findings)
}

// isControl reports whether a character does not belong into a line of text.
func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }

// parser is one run of Parse.
type parser struct {
	file string
	// line counts from 1; text is it.
	line int
	text string
	// defined are the terms that names stand for.
	defined  map[string][]Term
	out      []Assertion
	findings []model.Finding
	// faults counts them all, terms all that assertions name.
	faults, terms int
}

// fault notes an error at an offset, in bytes, of the line.
func (p *parser) fault(at int, summary, advice string) {
	o := model.Origin{File: p.file, Line: p.line}
	if p.line > 0 {
		o.Column = at + 1
	}
	if p.faults++; p.faults <= maxFaults {
		p.findings = append(p.findings, model.Finding{Severity: model.Error, Code: codeInvalid, Summary: summary, Advice: advice, Origin: o})
	}
}

// Codes of what is wrong with a file.
const (
	codeInvalid = "invalid-assertion"
	codeMore    = "more-invalid-assertions"
)

const example = "for example\ninternet > db: never\nfrontend > backend tcp/8080: always\nonly bastion > * tcp/22"

// parseLine reads one line.
func (p *parser) parseLine() {
	text := uncommented(p.text)
	start := len(text) - len(strings.TrimLeft(text, " \t"))
	text = strings.TrimRight(text, " \t")
	if start >= len(text) {
		return
	}
	if rest, ok := cutWord(text[start:], "define"); ok {
		p.define(len(text)-len(rest), rest)
		return
	}
	a := Assertion{Text: text[start:], Want: Never, Origin: model.Origin{File: p.file, Line: p.line, Column: start + 1}}
	body := text[start:]
	at := start
	if rest, ok := cutWord(body, "only"); ok {
		at, body, a.Only = len(text)-len(rest), rest, true
	}
	if m := verdict.FindStringSubmatchIndex(body); m != nil {
		word := body[m[2]:m[3]]
		i := slices.IndexFunc([]Want{Never, Always, Sometimes}, func(w Want) bool { return w.String() == word })
		if i >= 0 {
			a.Want = Want(i + 1)
			body = body[:m[0]]
			if a.Only {
				p.fault(at+m[0], `"only" says by itself that nobody else may`, "remove "+strings.TrimSpace(text[at+m[0]:]))
				return
			}
			p.ends(a, at, body)
			return
		}
	}
	if !a.Only {
		p.fault(len(text), "the assertion says neither never, always nor sometimes", example)
		return
	}
	p.ends(a, at, body)
}

// verdict matches what ends an assertion.
var verdict = regexp.MustCompile(`\s*:\s*([a-z]+)$`)

// cutWord cuts a first word, and the space behind it.
func cutWord(text, word string) (string, bool) {
	rest, ok := strings.CutPrefix(text, word)
	if !ok || rest == "" || rest[0] != ' ' && rest[0] != '\t' {
		return text, false
	}
	return strings.TrimLeft(rest, " \t"), true
}

// uncommented returns the line up to a "#" that is in no quotes, and that begins a word.
func uncommented(line string) string {
	quoted := false
	for i, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '#' && !quoted && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t'):
			return line[:i]
		}
	}
	return line
}

// define reads NAME = TERMS.
func (p *parser) define(at int, text string) {
	name, rest, ok := strings.Cut(text, "=")
	name = strings.TrimSpace(name)
	if !ok || !definable.MatchString(name) {
		p.fault(at, "a definition is a name of letters, digits, - and _, then = and what it stands for", "for example\ndefine office = 203.0.113.0/24")
		return
	}
	if _, twice := p.defined[name]; twice || kindOf(name) != Named {
		p.fault(at, fmt.Sprintf("%q means something already", name), "choose another name")
		return
	}
	if e, ok := p.readTerms(at+len(text)-len(rest), rest); ok {
		if len(e.Except) > 0 {
			p.fault(at, `"except" goes into assertions, not into definitions`, "")
			return
		}
		p.defined[name] = e.Terms
	}
}

var definable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// ends reads FROM > TO TRAFFIC.
func (p *parser) ends(a Assertion, at int, body string) {
	i := unquoted(body, '>')
	if i < 0 {
		p.fault(at, "there is no > between who connects and to whom", example)
		return
	}
	left, right := body[:i], body[i+1:]
	if j := unquoted(right, '>'); j >= 0 {
		p.fault(at+i+1+j, "there is a second >", "write one assertion on a line")
		return
	}
	var ok, ok2 bool
	a.From, ok = p.readTerms(at, left)
	to, traffic := cutTraffic(right)
	a.To, ok2 = p.readTerms(at+i+1, to)
	a.Traffic = model.Traffic{model.AllTraffic()}
	if traffic != "" {
		a.Traffic = nil
	}
	offset := at + i + 1 + len(to)
	for part := range strings.SplitSeq(traffic, ",") {
		if traffic == "" {
			break
		}
		s, err := model.ParseService(part)
		if err != nil {
			p.fault(offset, err.Error(), "")
			ok = false
		}
		a.Traffic = append(a.Traffic, s)
		offset += len(part) + 1
	}
	if ok && ok2 {
		p.out = append(p.out, a)
	}
}

// unquoted returns the place of the first c that is in no quotes; -1: there is none.
func unquoted(text string, c byte) int {
	quoted := false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == c && !quoted:
			return i
		}
	}
	return -1
}

// cutTraffic cuts the traffic off the right side: from the first word on that is traffic.
func cutTraffic(text string) (to, traffic string) {
	quoted := false
	for i := range len(text) {
		if text[i] == '"' {
			quoted = !quoted
		}
		if quoted || i > 0 && text[i-1] != ' ' && text[i-1] != '\t' {
			continue
		}
		word := text[i:]
		if j := strings.IndexAny(word, " \t,"); j >= 0 {
			word = word[:j]
		}
		if trafficWord.MatchString(word) {
			return text[:i], text[i:]
		}
	}
	return text, ""
}

// trafficWord matches a word that is traffic, or was meant to be: a name that looks like it goes in quotes.
var trafficWord = regexp.MustCompile(`^(?:(?i:tcp|udp|sctp|icmp|icmpv6)(?:/.*)?|(?i:any)|\d+)$`)

// readTerms reads a list of terms; offset is where it begins in the line.
func (p *parser) readTerms(offset int, text string) (Ends, bool) {
	var e Ends
	into := &e.Terms
	ok := true
	for text != "" || len(*into) == 0 {
		i := unquoted(text, ',')
		word, rest := text, ""
		if i >= 0 {
			word, rest = text[:i], text[i+1:]
			if strings.TrimSpace(rest) == "" {
				p.fault(offset+i, "nobody is named after the comma", example)
				return e, false
			}
		}
		before, after, isExcept := cutExcept(word)
		if !p.term(offset, before, into) {
			ok = false
		}
		if isExcept {
			if into == &e.Except {
				p.fault(offset, `there is a second "except"`, "join those who are not meant by commas")
				return e, false
			}
			into = &e.Except
			ok = p.term(offset+len(word)-len(after), after, into) && ok
		}
		if n := len(e.Terms) + len(e.Except); n > maxTerms || p.terms+n > maxAllTerms {
			p.terms += n
			p.fault(offset, fmt.Sprintf("more than %d are named, or more than %d in the file, with what is defined written out", maxTerms, maxAllTerms), "name blocks of addresses, or use * in names")
			return e, false
		}
		if i >= 0 {
			offset += i + 1
		}
		if text = rest; !ok || text == "" {
			break
		}
	}
	p.terms += len(e.Terms) + len(e.Except)
	return e, ok
}

// cutExcept cuts a word at " except ".
func cutExcept(word string) (before, after string, ok bool) {
	quoted := false
	for i := range len(word) {
		if word[i] == '"' {
			quoted = !quoted
		}
		if !quoted && strings.HasPrefix(word[i:], " except ") {
			return word[:i], word[i+len(" except "):], true
		}
	}
	return word, "", false
}

// term reads one term.
func (p *parser) term(offset int, text string, into *[]Term) bool {
	word := strings.TrimSpace(text)
	offset += len(text) - len(strings.TrimLeft(text, " \t"))
	if quoted, ok := strings.CutPrefix(word, `"`); ok {
		name, rest, closed := strings.Cut(quoted, `"`)
		if !closed || strings.TrimSpace(rest) != "" || name == "" {
			p.fault(offset, "this quote does not end where the name does", "")
			return false
		}
		*into = append(*into, Term{Word: name, Kind: Named})
		return true
	}
	switch {
	case word == "":
		p.fault(offset, "nobody is named here", example)
		return false
	case strings.Contains(word, `"`):
		p.fault(offset, "a quote has to begin the name", "")
		return false
	}
	if terms, ok := p.defined[word]; ok {
		*into = append(*into, terms...)
		return true
	}
	if a, ok, why := addrsOf(word); ok || why != "" {
		if why != "" {
			p.fault(offset, why, "")
			return false
		}
		*into = append(*into, Term{Word: word, Kind: Block, Addrs: a})
		return true
	}
	*into = append(*into, Term{Word: word, Kind: kindOf(word)})
	return true
}

// kindOf is what kind of term a word is.
func kindOf(word string) TermKind {
	switch word {
	case "internet":
		return Internet
	case "private":
		return Private
	case "outside":
		return Outside
	case "inside":
		return Inside
	case "*":
		return Everybody
	}
	return Named
}

// addrsOf reads an address or a CIDR block; why says what is wrong with it.
func addrsOf(word string) (a model.AddrSet, ok bool, why string) {
	if addr, err := netip.ParseAddr(word); err == nil && addr.Zone() == "" {
		return model.Addrs(addr), true, ""
	}
	block, err := netip.ParsePrefix(word)
	switch {
	case err != nil:
		return a, false, ""
	case block != block.Masked():
		return a, false, fmt.Sprintf("%s has bits beyond its prefix length; write %s", word, block.Masked())
	}
	return model.Prefixes(block), true, ""
}
