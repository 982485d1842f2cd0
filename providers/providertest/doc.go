// Package providertest is the conformance suite that every provider passes:
// the same policies over the same small network, encoded, written to files, read
// back, decoded and compared connection by connection.
package providertest
