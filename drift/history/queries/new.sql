-- What the last scan of each scope saw for the first time.
select e.scope, e.kind, coalesce(e.severity, '') as severity, e.type, coalesce(e.address, e.id) as resource, e.account,
       e.region, e.first_seen
from episode e join latest l on l.scope = e.scope and l.started_at = e.first_seen
where e.open order by e.scope, e.kind, resource
