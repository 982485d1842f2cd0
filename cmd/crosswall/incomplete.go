package main

import (
	"slices"

	"github.com/crosswall/crosswall/model"
	kubelive "github.com/crosswall/crosswall/translate/kubernetes/live"
	tfsource "github.com/crosswall/crosswall/translate/terraform"
)

// incomplete are the codes of warnings about something that bears on the answer and was not read, not understood or not
// compared, of whatever source.
var incomplete = [...]string{
	tfsource.CodeIncomplete,   // "unmodelled-policy": an object that decides about traffic
	"unmodelled-workload",     // an object that makes pods in a way that is not known
	"broken-document-skipped", // a document that could not be read
	"kustomization-not-built", // what a kustomization changes: names, labels, selectors, further objects
	"template-not-processed",  // the objects of an OpenShift template
	kubelive.CodeNotRead,      // "not-read": a kind of objects, or a part of one, that an answer may rest on
	kubelive.CodeOtherNamespaces,
	tfsource.CodeUnpaired,
	"not-modelled",      // another firewall in the path
	"unread-document",   // a file of a folder
	"unread-field",      // a field with a bearing, or a value that is none
	"unreadable-object", // an object of another form than the API's
	"contradiction",     // two objects that cannot both be true
}

// leavesOut reports whether findings say that something was left out that may change every answer, or that was not compared.
func leavesOut(findings []model.Finding) bool {
	return slices.ContainsFunc(findings, func(f model.Finding) bool {
		return f.Code == tfsource.CodeIncomplete || f.Severity > model.Info && slices.Contains(incomplete[:], f.Code)
	})
}
