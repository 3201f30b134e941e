-- What drifts now, with its severity and how long it has been open.
select e.scope, e.kind, coalesce(e.severity, '') as severity, e.type, coalesce(e.address, e.id) as resource, e.account,
       e.region, e.since, date_diff('day', e.since, l.started_at) as days
from episode e join latest l on l.scope = e.scope and l.scan = e.last_scan
where e.open
order by array_position(['critical', 'high', 'medium', 'low', 'info', ''], coalesce(e.severity, '')), e.since, resource, e.scope
