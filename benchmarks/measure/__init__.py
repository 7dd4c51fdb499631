"""What every benchmark needs: where it ran, how rows become a table, and quantiles."""

from benchmarks.measure.report import Report, markdown_table, write_report
from benchmarks.measure.setting import setting

__all__ = ["Report", "markdown_table", "setting", "write_report"]
