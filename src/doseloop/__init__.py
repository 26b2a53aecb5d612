"""Doseloop: radiation dose management, from a scanner's object to a flag that someone follows to its effect.

The folders are the way of the data: bytes go to the inbox (`receive`, `store`), are read (`reading`), harmonised
(`harmonise`), completed (`dosimetry`), kept (`store`), judged (`assess`) and followed (`loop`); `facts` is the columnar
copy that `ask`, the charts and the reports count on. `pipeline` alone knows the whole chain.
"""
