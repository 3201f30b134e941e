-- How much of what each team has Terraform manages, by a tag.
-- :tag = Team
select coalesce(tags ->> ('$."' || $tag || '"'), 'no team') as team,
       count(*) filter (where verdict not in ('unmanaged', 'not ours', 'part')) as managed,
       count(*) filter (where verdict = 'unmanaged') as unmanaged,
       round(100.0 * managed / nullif(managed + unmanaged, 0), 1) as percent
from current where side = 'actual' group by all order by unmanaged desc, team
