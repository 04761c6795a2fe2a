export interface PlayerProps {
  /** Address of the recording, on our own server. */
  src: string
}
