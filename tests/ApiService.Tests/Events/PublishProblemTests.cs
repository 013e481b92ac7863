using CloudNative.ApiService.Backlog;
using CloudNative.ApiService.Events;

namespace CloudNative.ApiService.Tests.Events;

public sealed class PublishProblemTests
{
    [Fact]
    public void Of_WhatTheProducerThrows_Is503WithRetryAfter()
    {
        foreach (var exception in new Exception[] { new BacklogFullException(), new UnfitTopicException("compact"), new BrokerUnavailableException(new TimeoutException()) })
        {
            var problem = PublishProblem.Of(exception);
            Assert.Equal(503, problem?.Status);
            Assert.NotNull(problem?.RetryAfter);
        }

        Assert.Null(PublishProblem.Of(new InvalidOperationException()));
    }
}
