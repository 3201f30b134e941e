-- Teams whose resources drift most, by a tag.
-- :tag = Team
select coalesce(t.team, 'no team') as team, count(*) as episodes, count(*) filter (where e.open) as open
from episode e
left join (
    select key, type, id, account, region, tags ->> ('$."' || $tag || '"') as team from current where side = 'actual'
) t on t.type = e.type and t.id = e.id and t.account = e.account and t.region = e.region
group by all order by episodes desc, open desc, team
