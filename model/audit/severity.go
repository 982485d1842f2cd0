package audit

// Severity ranks findings of an audit. The zero Severity is invalid.
type Severity uint8

const (
	// Info is worth knowing and nothing to act on.
	Info Severity = iota + 1
	// Low is hygiene.
	Low
	// Medium weakens a defence, or will cause trouble.
	Medium
	// High opens or breaks something that matters.
	High
	// Critical lets anybody in.
	Critical
)

// Severities lists the severities, lowest first.
func Severities() []Severity { return []Severity{Info, Low, Medium, High, Critical} }

// String returns "info", "low", "medium", "high", "critical" or "invalid".
func (s Severity) String() string {
	switch s {
	case Info:
		return "info"
	case Low:
		return "low"
	case Medium:
		return "medium"
	case High:
		return "high"
	case Critical:
		return "critical"
	}
	return "invalid"
}

// ParseSeverity reads what [Severity.String] prints; false for everything else.
func ParseSeverity(text string) (Severity, bool) {
	for _, s := range Severities() {
		if s.String() == text {
			return s, true
		}
	}
	return 0, false
}

// MarshalText makes JSON say "high" and not 4.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// stepped is some steps more severe, or less.
func (s Severity) stepped(n int) Severity {
	return Severity(min(max(int(s)+n, int(Info)), int(Critical)))
}

// raised is one step more severe, lowered one step less.
func (s Severity) raised() Severity  { return min(s+1, Critical) }
func (s Severity) lowered() Severity { return max(s-1, Info) }
