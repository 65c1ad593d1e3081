package health

import (
	"errors"
	"fmt"
	"path/filepath"

	"tocsin/store"
	"tocsin/store/channels"
)

// ways checks that how the channels are entered is here, for each that the
// record names.
func (x Exam) ways(st *store.Store, sp *store.Space) []Finding {
	const check = "channels"
	named := sp.Snapshot().Meta.Channels
	if len(named) == 0 {
		return nil
	}
	key, err := st.Vault().Seed("channels")
	if err != nil {
		return []Finding{unknown(check, err.Error(), "")}
	}
	folder, err := channels.Open(filepath.Join(x.Dir, "channels"), sp.ID(), key)
	if err != nil {
		return []Finding{unknown(check, err.Error(), "")}
	}
	if _, err := folder.All(); errors.Is(err, channels.ErrDamaged) {
		return []Finding{wrong(check, err.Error()+": set each channel again", SetChannel)}
	}
	for _, c := range named {
		settings, err := folder.Get(c.Name)
		if err == nil {
			var digest string
			if digest, err = folder.Digest(settings); err == nil && digest != c.Digest {
				err = errors.New("its settings are not those that the record names")
			}
		}
		if err != nil {
			return []Finding{wrong(check, fmt.Sprintf("nothing leaves by %s: %v", c.Name, err), SetChannel)}
		}
	}
	return []Finding{sound(check, fmt.Sprintf("all %d can be entered; tocsin channel test tries one", len(named)))}
}
