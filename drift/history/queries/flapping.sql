-- Resources that drifted, were mended, and drifted again.
-- :times = 2
select scope, kind, type, coalesce(any_value(address), any_value(id)) as resource, count(*) as times,
       min(first_seen) as first_seen, max(last_seen) as last_seen, bool_or(open) as open
from episode group by scope, identity, kind, type
having count(*) >= cast($times as integer)
order by times desc, resource, scope, kind
