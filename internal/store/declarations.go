package store

import (
	"slices"

	"pugongying/internal/store/document"
)

// Declarations are all collections with their indexes; serve hands them to Engine.Ensure at start. A capability's file
// declares its own beside its documents (var quizDeclarations = []document.Declaration{…}) and is named here, a line each.
func Declarations() []document.Declaration {
	return slices.Concat(
		regionDeclarations,
		ledgerDeclarations,
		ledgerActDeclarations,
		memberDeclarations,
		quizDeclarations,
		lawDeclarations,
		publishDeclarations,
		auditDeclarations,
		pushDeclarations,
		jobDeclarations,
		keyDeclarations,
		clockDeclarations,
		staffDeclarations,
		contributionDeclarations,
		mediaDeclarations,
		counsellingDeclarations,
		bookingDeclarations,
	)
}
