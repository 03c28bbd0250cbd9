/** The disk has no room: nothing of the message was kept (452 4.3.1). */
export class QueueFull extends Error {
  override readonly name = "QueueFull";
  readonly code = "QUEUE_FULL";
}

/** The disk failed, or what it gave back is not what was written. */
export class QueueBroken extends Error {
  override readonly name = "QueueBroken";
  readonly code = "QUEUE_BROKEN";
}
