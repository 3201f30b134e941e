-- What could not be read in the last scan of each scope, and which permission would help.
select l.scope, u.what, u.type, u.account, u.region, u.address, u.path, u.action, u.code, count(*) as times
from unread u join latest l using (scan) group by all order by times desc, u.what, u.type, u.address
