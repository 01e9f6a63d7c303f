"""The skewness and the kurtosis in the convention that the text names, and other plain statistics as expressions."""

from __future__ import annotations

from .task import Task


def skewness(values: str, task: Task) -> str:
    """Of a sample as pandas does it, unless the text names scipy or the Fisher-Pearson coefficient, which do not correct for the sample's size."""
    if task.says(r"pearson'?s? second coefficient"):
        return f"3 * ({values}.mean() - {values}.median()) / {values}.std()"
    if task.says(r"pearson'?s? first coefficient"):
        return f"({values}.mean() - {values}.mode().iloc[0]) / {values}.std()"
    if task.says(r"scipy\S*|fisher\S*|stats\.skew\S*") and not task.says(
        r"pandas\S*|bias-corrected|adjusted"
    ):
        return f"stats.skew({values})"
    return f"{values}.skew()"


def kurtosis(values: str, task: Task) -> str:
    """Excess kurtosis, in the same convention as the skewness."""
    if task.says(r"scipy\S*|fisher\S*|stats\.kurtosis\S*") and not task.says(r"pandas\S*"):
        return f"stats.kurtosis({values})"
    return f"{values}.kurt()"


def population(task: Task) -> bool:
    """Whether standard deviations are of the population (n), not of a sample (n - 1)."""
    told = task.says(
        r"population (?:standard|std|sd|variance)[\w ]*|ddof ?= ?0|np\.std\S*|standardscaler|divid\w+ by n"
    )
    numpy = task.says(r"numpy\S*") and not task.says(r"pandas\S*|ddof ?= ?1|sample standard")
    return (told or numpy) and not task.says(r"not the population|sample standard deviation|ddof ?= ?1")
