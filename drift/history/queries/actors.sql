-- Who makes drift: events and resources of each actor, by hand or not, and how many of them drift still.
-- :days = 365
select d.actor, d.actor_kind, d.hand, list_sort(list(distinct d.tool)) as tools, count(distinct d.event) as events,
       count(distinct (d.scope, d.identity)) as resources,
       count(distinct (d.scope, d.identity)) filter (where o.identity is not null) as still_open, max(d.at) as last
from deed d
left join (select distinct scope, identity from open_drift) o using (scope, identity)
where d.at >= (select max(started_at) from scan) - to_days(cast($days as integer))
group by all
order by events desc, d.actor;
