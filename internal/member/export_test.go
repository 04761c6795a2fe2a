package member

// FillRoom takes all the room there is for slow hashes, until it is called off.
func (s *Service) FillRoom() (callOff func()) {
	for range cap(s.codes.room) {
		s.codes.room <- struct{}{}
	}
	return func() {
		for range cap(s.codes.room) {
			<-s.codes.room
		}
	}
}
