-- Who did what: each event that made a drift, the newest first. An actor is found by a part of the name.
-- :days = 30
-- :actor =
select d.at, d.actor, d.tool, d.operation, d.source, d.kind, d.type, coalesce(d.address, d.id) as resource,
       array_to_string(d.paths, ', ') as attributes, d.scope
from deed d
where d.at >= (select max(started_at) from scan) - to_days(cast($days as integer))
  and contains(lower(d.actor), lower($actor))
order by d.at desc, d.event, resource;
