// Package auditfile reads what people write for audits: the configuration file, and the suppressions that stand next to rules,
// in comments, tags and descriptions.
package auditfile
