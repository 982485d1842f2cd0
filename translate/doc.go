// Package translate turns a policy that was read from a [Source] into a cloud's
// terms, and proves the result: what was written is read back, decoded and
// compared, connection by connection, with what was asked for.
package translate
