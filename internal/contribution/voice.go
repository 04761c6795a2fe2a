package contribution

import (
	"bytes"
	"errors"

	"pugongying/internal/media"
)

// MaxRecording is the size of one recording in bytes: five minutes at 64 kbit/s, with room.
const MaxRecording = 3 << 20

// voiceType is the type of a recording by its bytes. A recorder of WeChat writes MP3 or AAC in MP4, which media knows;
// browsers' MediaRecorder writes WebM (Matroska with Opus) or fragmented MP4.
func voiceType(body []byte) (string, error) {
	switch {
	case len(body) == 0:
		return "", ErrVoiceType
	case len(body) > MaxRecording:
		return "", ErrVoiceLong
	}
	kind, err := media.Admit(media.Audio, bytes.NewReader(body))
	switch {
	case err == nil:
		return kind, nil
	case !errors.Is(err, media.ErrType):
		return "", ErrVoiceType.Because(err)
	case isWebM(body):
		return "audio/webm", nil
	case isFragmentedMP4(body):
		return "audio/mp4", nil
	case isADTS(body):
		return "audio/aac", nil
	}
	return "", ErrVoiceType
}

// isWebM detects an EBML header (RFC 8794, 11.2.4) whose DocType is webm.
func isWebM(body []byte) bool {
	begin := body[:min(len(body), 64)]
	return bytes.HasPrefix(begin, []byte{0x1a, 0x45, 0xdf, 0xa3}) && bytes.Contains(begin, []byte("\x42\x82\x84webm"))
}

// isFragmentedMP4 detects the brands that browsers give a recording (ISO 14496-12, 4.3).
func isFragmentedMP4(body []byte) bool {
	if len(body) < 16 || string(body[4:8]) != "ftyp" {
		return false
	}
	brand := string(body[8:12])
	return brand == "iso5" || brand == "iso6" || brand == "mp41"
}

// isADTS detects two frames of AAC (ISO 14496-3, 1.A.2.2), the second where the length of the first says.
func isADTS(body []byte) bool {
	length := adtsLength(body)
	return length > 0 && length+7 <= len(body) && adtsLength(body[length:]) > 0
}

func adtsLength(frame []byte) int {
	if len(frame) < 7 || frame[0] != 0xff || frame[1]&0xf6 != 0xf0 {
		return 0
	}
	length := int(frame[3]&3)<<11 | int(frame[4])<<3 | int(frame[5])>>5
	if length <= 7 {
		return 0
	}
	return length
}
