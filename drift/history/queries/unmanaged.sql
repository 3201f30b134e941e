-- Unmanaged resources by who made them, and how long they have been there.
-- :days = 0
select coalesce(e.actor, r.tags ->> '$.CreatedBy', r.tags ->> '$.created_by', r.tags ->> '$.Owner', r.tags ->> '$.owner',
                'unknown') as creator,
       e.type, e.id, e.account, e.region, e.since, date_diff('day', e.since, l.started_at) as days,
       e.hand, e.tool
from episode e
join latest l on l.scope = e.scope and l.scan = e.last_scan
left join current r on r.side = 'actual' and r.type = e.type and r.id = e.id and r.account = e.account
                       and r.region = e.region
where e.open and e.kind = 'unmanaged' and date_diff('day', e.since, l.started_at) >= cast($days as integer)
order by creator, days desc, e.type, e.id
