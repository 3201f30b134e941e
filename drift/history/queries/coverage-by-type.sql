-- How much of each type Terraform manages, and how completely it was read.
with c as (
    select account, type, arg_max(completeness, started_at) as completeness
    from collection join scan using (scan) where type is not null group by account, type)
select r.type, count(*) filter (where r.verdict not in ('unmanaged', 'not ours', 'part')) as managed,
       count(*) filter (where r.verdict = 'unmanaged') as unmanaged,
       count(*) filter (where r.verdict = 'not ours') as not_ours,
       round(100.0 * managed / nullif(managed + unmanaged, 0), 1) as percent,
       array_to_string(list_sort(list_distinct(list(c.completeness))), ', ') as completeness
from current r left join c using (account, type)
where r.side = 'actual' group by r.type
order by unmanaged desc, r.type
