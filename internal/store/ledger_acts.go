package store

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/ledger"
	"pugongying/internal/seal"
	"pugongying/internal/store/document"
)

const (
	ledgerActs   = "ledger_acts"
	ledgerProofs = "ledger_proofs"

	proofSchema = 1
)

var ledgerActDeclarations = []document.Declaration{
	{Collection: ledgerActs, Indexes: []document.Index{
		{Name: "uncounted", Keys: []document.Key{{Field: "region"}, {Field: "day", Desc: true}}, Partial: bson.D{{Key: "counted", Value: false}}},
	}},
	{Collection: ledgerProofs, Indexes: []document.Index{{Name: "act", Keys: []document.Key{{Field: "act"}}}}},
}

// proofDocument is one picture, sealed under the key of its act.
type proofDocument struct {
	ID     string `bson:"_id"` // of the act, and the picture's
	Act    string `bson:"act"`
	Sealed []byte `bson:"sealed"`
	Schema int    `bson:"schema"`
}

func proofID(act, id string) string { return act + "@" + id }

func proofPlace(act, id string) seal.Place {
	return seal.Place{Collection: ledgerProofs, ID: proofID(act, id), Field: "sealed"}
}

// LedgerActs stores offline acts with their proofs, all words and pictures of one sealed under one key; it is ledger.ActStore.
type LedgerActs struct {
	engine       document.Engine
	acts, proofs document.Collection
	vault        *seal.Vault
	linked       *links[ledger.Act]
	lines        document.Collection
	audit        appendOnly
}

var _ ledger.ActStore = (*LedgerActs)(nil)

// NewLedgerActs works on an engine whose declarations were ensured.
func NewLedgerActs(engine document.Engine, vault *seal.Vault) *LedgerActs {
	s := &LedgerActs{
		engine: engine, vault: vault, audit: auditOf(engine), lines: engine.Collection(ledgerLines),
		acts: engine.Collection(ledgerActs), proofs: engine.Collection(ledgerProofs),
	}
	s.linked = &links[ledger.Act]{
		documents: s.acts, name: ledgerActs, vault: vault, gone: ledger.ErrUnknown, lasting: true,
		id:   func(a *ledger.Act) string { return a.ID },
		part: func(a *ledger.Act) any { return &a.Words },
	}
	return s
}

// Add inserts an act with everything of it in one transaction. A key that was made for one that is there already is destroyed.
func (s *LedgerActs) Add(ctx context.Context, w ledger.ActWrite) (bool, error) {
	key, err := s.vault.NewKey(ctx)
	if err != nil {
		return false, err
	}
	d := linked[ledger.Act]{Doc: w.Act, KeyID: key}
	if err := s.linked.seal(ctx, &d, nil); err != nil {
		return false, err
	}
	proofs, err := s.sealed(ctx, key, w)
	if err != nil {
		return false, err
	}
	err = s.engine.InTx(ctx, func(ctx context.Context) error {
		if err := s.acts.Insert(ctx, d); err != nil {
			return err
		}
		return s.rest(ctx, w, proofs)
	})
	if errors.Is(err, document.ErrDuplicate) {
		return false, s.vault.Shred(ctx, key)
	}
	return err == nil, toFault(err)
}

// rest writes what belongs to a change of an act: its pictures, its line, its entry.
func (s *LedgerActs) rest(ctx context.Context, w ledger.ActWrite, proofs []any) error {
	if len(proofs) > 0 {
		if err := s.proofs.Insert(ctx, proofs...); err != nil {
			return err
		}
	}
	if w.Line != nil {
		if err := s.lines.Insert(ctx, *w.Line); err != nil {
			return err
		}
	}
	return s.audit.append(ctx, w.Entry)
}

// sealed are the documents of the pictures that a write adds: those of the act's last proofs.
func (s *LedgerActs) sealed(ctx context.Context, key string, w ledger.ActWrite) ([]any, error) {
	added := w.Act.Proofs[len(w.Act.Proofs)-len(w.Pictures):]
	docs := make([]any, len(added))
	for i, p := range added {
		secret, err := s.vault.Seal(ctx, key, proofPlace(w.Act.ID, p.ID), w.Pictures[i])
		if err != nil {
			return nil, err
		}
		docs[i] = proofDocument{ID: proofID(w.Act.ID, p.ID), Act: w.Act.ID, Sealed: secret, Schema: proofSchema}
	}
	return docs, nil
}

// Prove replaces an act that is not counted yet, at the revision it was read with.
func (s *LedgerActs) Prove(ctx context.Context, w ledger.ActWrite) error {
	stored, err := byID[linked[ledger.Act]](ctx, s.acts, w.Act.ID)
	if err != nil {
		return mapNotFound(err, ledger.ErrUnknown)
	}
	proofs, err := s.sealed(ctx, stored.KeyID, w)
	if err != nil {
		return err
	}
	rev := w.Act.Rev
	w.Act.Rev++
	d := linked[ledger.Act]{Doc: w.Act, KeyID: stored.KeyID}
	if err := s.linked.seal(ctx, &d, nil); err != nil {
		return err
	}
	err = s.engine.InTx(ctx, func(ctx context.Context) error {
		if err := s.acts.Replace(ctx, w.Act.ID, rev, d); err != nil {
			return err
		}
		return s.rest(ctx, w, proofs)
	})
	if errors.Is(err, document.ErrStale) || errors.Is(err, document.ErrDuplicate) {
		return ledger.ErrActState.Because(err)
	}
	return toFault(err)
}

// Find opens one act.
func (s *LedgerActs) Find(ctx context.Context, id string) (ledger.Act, error) {
	return s.linked.get(ctx, id)
}

// List opens the acts without a proof in these regions.
func (s *LedgerActs) List(ctx context.Context, q ledger.ActQuery) ([]ledger.Act, error) {
	all := []ledger.Act{}
	for _, scope := range q.Regions {
		filter := append(bson.D{{Key: "counted", Value: false}}, between("region", string(scope.From), string(scope.To))...)
		found, err := many[linked[ledger.Act]](ctx, s.acts, document.Query{Filter: filter, Sort: []document.Key{{Field: "region"}, {Field: "day", Desc: true}}, Limit: q.Limit})
		if err != nil {
			return nil, err
		}
		for i := range found {
			if err := s.linked.open(ctx, &found[i]); err != nil {
				return nil, err
			}
			all = append(all, found[i].Doc)
		}
	}
	return all, nil
}

// Proof opens one picture.
func (s *LedgerActs) Proof(ctx context.Context, act, id string) ([]byte, error) {
	stored, err := byID[linked[ledger.Act]](ctx, s.acts, act)
	if err != nil {
		return nil, mapNotFound(err, ledger.ErrUnknown)
	}
	d, err := byID[proofDocument](ctx, s.proofs, proofID(act, id))
	if err != nil {
		return nil, mapNotFound(err, ledger.ErrUnknown)
	}
	plain, err := s.vault.Open(ctx, stored.KeyID, proofPlace(act, id), d.Sealed)
	if err != nil {
		return nil, fmt.Errorf("store: open a proof: %w", err)
	}
	return plain, nil
}
