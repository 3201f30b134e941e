-- How long drift stays: days from its first sight to the scan that saw it gone, by kind and severity.
with mended as (
    select kind, coalesce(severity, 'no finding') as severity, date_diff('hour', since, mended_at) / 24 as days
    from episode where not open)
select kind, severity, count(*) as mended, round(median(days), 1) as median_days,
       round(quantile_cont(days, 0.9), 1) as p90_days, round(max(days), 1) as longest_days
from mended group by kind, severity
order by kind, array_position(['critical', 'high', 'medium', 'low', 'info', 'no finding'], severity)
