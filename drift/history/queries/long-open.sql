-- Drift that has been open for so many days.
-- :days = 30
select e.scope, e.kind, coalesce(e.severity, '') as severity, e.type, coalesce(e.address, e.id) as resource, e.since,
       date_diff('day', e.since, l.started_at) as days
from episode e join latest l using (scope)
where e.open and date_diff('day', e.since, l.started_at) >= cast($days as integer)
order by days desc, resource, e.scope
