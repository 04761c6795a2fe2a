package store

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/store/document"
)

// unchained are entries of schema 1, which had no chain.
var unchained = bson.D{{Key: "schema", Value: 1}}

// chainBatch is how many older entries are chained in one transaction.
const chainBatch = 200

// Chain puts entries of an older version at the end of their actors' chains, oldest first, and says how many. It is
// repeated at every start, before anything is appended: an interrupted one goes on where it stopped.
func (s *Audit) Chain(ctx context.Context) (chained int, err error) {
	for {
		n := 0
		err := s.engine.InTx(ctx, func(ctx context.Context) (err error) {
			n, err = s.record.chain(ctx)
			return err
		})
		if chained += n; err != nil || n < chainBatch {
			return chained, toFault(err)
		}
	}
}

func (a appendOnly) chain(ctx context.Context) (int, error) {
	older, err := many[audit.Entry](ctx, a.entries, document.Query{
		Filter: unchained, Sort: []document.Key{{Field: "_id"}}, Limit: chainBatch,
	})
	if err != nil {
		return 0, err
	}
	begun, tips := map[string]audit.Tip{}, map[string]audit.Tip{}
	for _, e := range older {
		chain := e.Actor.Chain()
		if _, met := begun[chain]; !met {
			if begun[chain], err = a.tip(ctx, chain); err != nil {
				return 0, err
			}
			tips[chain] = begun[chain]
		}
		e = e.Linked(tips[chain])
		tips[chain] = e.Tip()
		_, err := a.entries.Update(ctx, append(bson.D{{Key: "_id", Value: e.ID}}, unchained...),
			bson.D{{Key: "$set", Value: bson.D{{Key: "schema", Value: e.Schema}, {Key: "link", Value: e.Link}}}})
		if err != nil {
			return 0, err
		}
	}
	for chain, tip := range tips {
		if err := a.move(ctx, begun[chain], tip); err != nil {
			return 0, err
		}
	}
	return len(older), nil
}

// Chains names the chains of entries and of tips: of a chain that lost all entries the tip is left, and the other way round.
func (s *Audit) Chains(ctx context.Context) ([]string, error) {
	chains := []string{}
	tips, err := s.Tips(ctx)
	if err != nil {
		return nil, err
	}
	for _, tip := range tips {
		chains = append(chains, tip.Chain)
	}
	for last := ""; ; {
		next, err := many[audit.Entry](ctx, s.record.entries, document.Query{
			Filter: bson.D{{Key: "link.chain", Value: bson.D{{Key: "$gt", Value: last}}}},
			Sort:   []document.Key{{Field: "link.chain"}}, Limit: 1,
		})
		if err != nil || len(next) == 0 {
			slices.Sort(chains)
			return slices.Compact(chains), err
		}
		last = next[0].Link.Chain
		chains = append(chains, last)
	}
}

// Tips returns where every chain ends.
func (s *Audit) Tips(ctx context.Context) ([]audit.Tip, error) {
	return many[audit.Tip](ctx, s.record.tips, document.Query{Sort: []document.Key{{Field: "_id"}}})
}

// Tip returns where one chain ends.
func (s *Audit) Tip(ctx context.Context, chain string) (audit.Tip, error) {
	return s.record.tip(ctx, chain)
}

// Walk reads a chain in the order of its index.
func (s *Audit) Walk(ctx context.Context, chain string, from int64, each func(audit.Entry) error) error {
	q := document.Query{
		Filter: bson.D{{Key: "link.chain", Value: chain}, {Key: "link.seq", Value: bson.D{{Key: "$gte", Value: from}}}},
		Sort:   []document.Key{{Field: "link.chain"}, {Field: "link.seq"}},
	}
	return toFault(s.record.entries.Find(ctx, q, func(raw bson.Raw) error {
		e, err := decode[audit.Entry](slices.Clone(raw))
		if err != nil {
			e = spoilt(raw, chain)
		}
		return each(*e)
	}))
}

// spoilt is what is left of an entry that is none any more: its place, which its hash no longer fits.
func spoilt(raw bson.Raw, chain string) *audit.Entry {
	e := &audit.Entry{Link: audit.Link{Chain: chain}}
	e.ID, _ = raw.Lookup("_id").StringValueOK()
	e.Link.Seq, _ = raw.Lookup("link", "seq").AsInt64OK()
	return e
}

// Count counts every entry.
func (s *Audit) Count(ctx context.Context) (int64, error) {
	n, err := s.record.entries.Count(ctx, nil, 0)
	return n, toFault(err)
}
