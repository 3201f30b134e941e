-- What changed in the account between two scans of a scope, attribute by attribute. Scans: their ids; empty for
-- the last two.
-- :scope =
-- :old =
-- :new =
with of as (
    select scan, n, started_at from scan
    where scope = coalesce(nullif($scope, ''), (select arg_max(scope, started_at) from scan))),
b as (select coalesce(nullif($new, ''), (select arg_max(scan, (started_at, n)) from of)) as scan),
a as (
    select coalesce(nullif($old, ''), (
        select arg_max(scan, (started_at, n)) from of
        where (started_at, n) < (select (started_at, n) from of where scan = (select scan from b)))) as scan),
pa as (select v.* from present p join version v using (v) where side = 'actual'
       and p.n = (select n from scan where scan = (select scan from a))),
pb as (select v.* from present p join version v using (v) where side = 'actual'
       and p.n = (select n from scan where scan = (select scan from b))),
pairs as (
    select coalesce(pb.type, pa.type) as type, coalesce(pb.id, pa.id) as id, coalesce(pb.region, pa.region) as region,
           case when pa.v is null then 'added' when pb.v is null then 'removed' else 'changed' end as what,
           pa.attributes as before, pb.attributes as after
    from pa full join pb on pa.key = pb.key where pa.v is distinct from pb.v)
select what, type, id, region, path, before -> ('$."' || path || '"') as before, after -> ('$."' || path || '"') as after
from (
    select *, unnest(case when what = 'changed'
        then list_sort(list_distinct(list_concat(json_keys(before), json_keys(after)))) else [null] end) as path
    from pairs)
where what <> 'changed' or (before -> ('$."' || path || '"')) is distinct from (after -> ('$."' || path || '"'))
order by what, type, id, path
