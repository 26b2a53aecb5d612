"""The upper layer state machine (PS3.8 section 9.2) of one association, ended in order where pynetdicom's own would die.

A peer can send PDUs whose values pynetdicom refuses only while it acts on them (an A-ABORT of a source that does not exist); the
exception then ends its thread in the middle of an association.
"""

import structlog
from pynetdicom.fsm import StateMachine
from pynetdicom.pdu_primitives import A_P_ABORT
from pynetdicom.transport import AssociationSocket

_log = structlog.get_logger()


class States(StateMachine):
    """pynetdicom's state machine, at the rim."""

    def do_action(self, event: str) -> None:
        """Act on an event. One that cannot be acted on ends the association."""
        try:
            super().do_action(event)
        except Exception as error:  # noqa: BLE001 (the rim: an association ends in order, whatever it was sent)
            _log.warning("association ended", on=event, state=self.current_state, error=type(error).__name__)
            self._end()

    def _end(self) -> None:
        reader = self.dul.socket
        if isinstance(reader, AssociationSocket) and reader.socket is not None:
            reader.close()
        ended = A_P_ABORT()
        ended.provider_reason = 0
        self.dul.to_user_queue.put(ended)
        self.dul.assoc.dimse.msg_queue.put((None, None))
        self.current_state = "Sta1"
        self.dul.kill_dul()
