// Package snapshot reads and writes what an account of a cloud held: snapshot files, and the
// JSON that the clouds' own commands print (aws ec2 describe-security-groups, gcloud compute
// firewall-rules list, az network nsg list), a file or a folder of them.
//
// All of it becomes a [providers.Snapshot] for each provider: the native objects, untouched, which
// the provider then reads. What a document holds is told by its content and not by its
// name. Documents are read as a stream, object by object, so that the size of a document
// does not matter, but that of the objects does. A document that ends in the middle, a
// page of several, one object where a list was wanted: each is reported, and what is
// missing is a [providers.Gap].
package snapshot
