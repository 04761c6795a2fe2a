package contribution

import (
	"context"
	"slices"

	"pugongying/internal/access"
	"pugongying/internal/staff"
)

// maxSeconds bounds what a phone may say of a recording's length; the bytes are bounded by themselves.
const maxSeconds = 300

// Upload is a recording as a phone sends it. ID was chosen by the phone, so that one sent twice is one recording.
type Upload struct {
	ID      string
	Box     int
	Seconds int
	Body    []byte
}

// AddRecording stores a recording of hers in a box. Its type is what its bytes are: ErrVoiceType, ErrVoiceLong,
// ErrVoiceMany, ErrState. Bytes that no contribution came to name are destroyed with its key.
func (s *Service) AddRecording(ctx context.Context, who staff.Principal, id string, u Upload) (Recording, error) {
	c, err := s.owned(ctx, who, id)
	switch {
	case err != nil:
		return Recording{}, err
	case u.Box < 0 || u.Box >= Boxes:
		return Recording{}, ErrBox
	}
	if err := c.roomFor(u.ID); err != nil {
		return Recording{}, err
	}
	kind, err := voiceType(u.Body)
	if err != nil {
		return Recording{}, err
	}
	if err := s.Voices.PutVoice(ctx, id, u.ID, u.Body); err != nil {
		return Recording{}, err
	}
	added := Recording{ID: u.ID, Type: kind, Bytes: len(u.Body), Seconds: min(max(u.Seconds, 1), maxSeconds)}
	return added, s.Store.Update(ctx, id, nil, func(c *Contribution) error {
		if err := c.roomFor(u.ID); err != nil {
			return err
		}
		if _, there := c.Recording(u.ID); !there {
			c.Raw.Boxes[u.Box].Recordings = append(c.Raw.Boxes[u.Box].Recordings, added)
			erase := s.now().Add(RawLife)
			c.WrittenAt, c.EraseAt = s.now(), &erase
		}
		return nil
	})
}

// roomFor says why a recording cannot be added; one that is there already may be sent again.
func (c *Contribution) roomFor(id string) error {
	_, there := c.Recording(id)
	switch {
	case c.readable() != nil:
		return ErrGone
	case !c.editable():
		return ErrState
	case !there && c.recordings() >= MaxRecordings:
		return ErrVoiceMany
	}
	return nil
}

// RemoveRecording removes a recording of hers, bytes first.
func (s *Service) RemoveRecording(ctx context.Context, who staff.Principal, id, recording string) error {
	c, err := s.owned(ctx, who, id)
	if err != nil {
		return err
	}
	if !c.editable() {
		return ErrState
	}
	if err := s.Voices.DeleteVoice(ctx, id, recording); err != nil {
		return err
	}
	return s.Store.Update(ctx, id, nil, func(c *Contribution) error {
		for i := range c.Raw.Boxes {
			c.Raw.Boxes[i].Recordings = slices.DeleteFunc(c.Raw.Boxes[i].Recordings, func(r Recording) bool { return r.ID == recording })
		}
		return nil
	})
}

// Voice is the bytes of a recording and their type, for its author and for editors of its region once it was handed in.
// ErrNotFound.
func (s *Service) Voice(ctx context.Context, who staff.Principal, id, recording string) (body []byte, kind string, err error) {
	c, err := s.Store.Contribution(ctx, id)
	if err != nil {
		return nil, "", err
	}
	if c.Author != who.Account {
		if c, err = s.edited(ctx, who, id); err != nil {
			return nil, "", err
		}
	} else if err := who.May(access.ReadContribution, record(who, c)); err != nil {
		return nil, "", hidden(err)
	}
	r, there := c.Recording(recording)
	if !there {
		return nil, "", ErrNotFound
	}
	body, err = s.Voices.Voice(ctx, id, recording)
	return body, r.Type, err
}
